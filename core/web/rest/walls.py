"""Saved views of the live wall: list, keep, change, remove."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.walls import queries, services
from core.walls.arrangement import TILES
from core.walls.models import View
from core.web.rest.conventions import noted
from core.web.rest.describing import extend_schema

WATCH, SHARE = "camera.live", "view.share"


class TileBody(serializers.Serializer[dict[str, Any]]):
    """A place on the wall; camera null for an empty one. Cells of the 12 x 12 grid count in the free layout only."""

    camera = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    column = serializers.IntegerField(min_value=0, max_value=11, default=0)
    row = serializers.IntegerField(min_value=0, max_value=11, default=0)
    width = serializers.IntegerField(min_value=1, max_value=12, default=1)
    height = serializers.IntegerField(min_value=1, max_value=12, default=1)


class ArrangementBody(serializers.Serializer[dict[str, Any]]):
    """A layout and its tiles in reading order."""

    layout = serializers.ChoiceField(choices=[*TILES, "free"])
    tiles = TileBody(many=True)


class ViewInput(serializers.Serializer[dict[str, Any]]):
    """What one may set."""

    name = serializers.CharField(max_length=64)
    shared = serializers.BooleanField(default=False)
    arrangement = ArrangementBody()


class ViewOutput(serializers.Serializer[dict[str, Any]]):
    """A view. `mine`: of who asks; `changeable`: by who asks."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField()
    mine = serializers.BooleanField()
    changeable = serializers.BooleanField()
    shared = serializers.BooleanField()
    arrangement = ArrangementBody()


class ViewsOutput(serializers.Serializer[dict[str, Any]]):
    """All views one may open, by name."""

    results = ViewOutput(many=True)


class Views(APIView):
    """One's own views, and those that are shared."""

    required: Required = {"GET": WATCH, "POST": WATCH}
    filtered = frozenset({"GET", "POST"})

    @extend_schema(operation_id="views_list", responses=ViewsOutput)
    def get(self, request: Request) -> Response:
        """All of them. Cameras that one may not see stay numbers."""
        return Response({"results": [_body(request, view) for view in queries.views_of(request.user.pk or 0)]})

    @extend_schema(request=ViewInput, responses={201: ViewOutput})
    def post(self, request: Request) -> Response:
        """Keep a view; sharing it takes `view.share`."""
        form = ViewInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        _check_sharing(request, given["shared"])
        try:
            with transaction.atomic():
                view = services.add(request.user.pk or 0, given["name"], given["arrangement"], shared=given["shared"])
                noted(request, "view.add", f"view:{view.pk}", after=_told(view))
        except services.ViewError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return Response(_body(request, view), status=201)


class OneView(APIView):
    """One view. Its owner changes it; shared ones also who holds `view.share`."""

    required: Required = {"PATCH": WATCH, "DELETE": WATCH}
    filtered = frozenset({"PATCH", "DELETE"})

    @extend_schema(request=ViewInput(partial=True), responses=ViewOutput)
    def patch(self, request: Request, view_id: int) -> Response:
        """Change what is named; sharing it takes `view.share`."""
        view = _changeable(request, view_id)
        form = ViewInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        _check_sharing(request, given.get("shared", False) and not view.shared)
        try:
            with transaction.atomic():
                before = _told(view)
                view = services.change(view, given)
                noted(request, "view.change", f"view:{view.pk}", before, _told(view))
            return Response(_body(request, view))
        except services.ViewError as error:
            raise ValidationError({error.field: [str(error)]}) from error

    @extend_schema(responses={204: None})
    def delete(self, request: Request, view_id: int) -> Response:
        """Forget it."""
        view = _changeable(request, view_id)
        with transaction.atomic():
            noted(request, "view.delete", f"view:{view.pk}", before=_told(view))
            services.remove(view)
        return Response(status=204)


def _changeable(request: Request, view_id: int) -> View:
    view = queries.views_of(request.user.pk or 0).filter(pk=view_id).first()
    if view is None:
        raise NotFound("No such view.")
    if not _may_change(request, view):
        raise PermissionDenied("Only its owner, or who may share views, may change a view.")
    return view


def _may_change(request: Request, view: View) -> bool:
    return view.owner_id == request.user.pk or (view.shared and rights_for(request).holds(SHARE))


def _check_sharing(request: Request, shared: bool) -> None:
    if shared and not rights_for(request).holds(SHARE):
        raise PermissionDenied("Your rights do not let you share views; ask an administrator, or keep it private.")


def _told(view: View) -> dict[str, Any]:
    """For the audit log."""
    return {"name": view.name, "shared": view.shared, "arrangement": view.arrangement}


def _body(request: Request, view: View) -> dict[str, Any]:
    return {
        "id": view.pk,
        "name": view.name,
        "owner": view.owner.get_username(),
        "mine": view.owner_id == request.user.pk,
        "changeable": _may_change(request, view),
        "shared": view.shared,
        "arrangement": view.arrangement,
    }
