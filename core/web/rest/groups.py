"""Groups of cameras, and what is done to several cameras at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import LARGEST_ID, Required
from core.access.queries import cameras_with
from core.access.rights import rights_for
from core.cameras import groups, services
from core.cameras.models import CameraGroup
from core.web.rest.cameras import CameraInput, CameraOutput, found_camera
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema

MANAGE = "camera.manage"
SINGLE = ("name", "driver", "settings")
"""What several cameras cannot have in common."""


class GroupInput(serializers.Serializer[dict[str, Any]]):
    """A named group of cameras."""

    name = serializers.CharField(max_length=64)
    cameras = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=10_000, default=list
    )


class GroupOutput(GroupInput):
    """A group; of its cameras those that one may see, in the order of lists."""

    id = serializers.IntegerField()


class GroupsOutput(serializers.Serializer[dict[str, Any]]):
    """Groups by name."""

    results = GroupOutput(many=True)


class Groups(APIView):
    """The groups in which cameras are shown and chosen."""

    required: Required = {"GET": "camera.view", "POST": MANAGE}
    filtered = frozenset({"GET"})

    @extend_schema(operation_id="groups_list", responses=GroupsOutput)
    def get(self, request: Request) -> Response:
        """Those with a camera that one may see; empty ones for who may change them."""
        bodies = [_body(request, group) for group in groups.groups()]
        manages = rights_for(request).holds(MANAGE)
        return Response({"results": [body for body in bodies if body["cameras"] or manages]})

    @extend_schema(request=GroupInput, responses={201: GroupOutput})
    def post(self, request: Request) -> Response:
        """Keep a new group."""
        form = GroupInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        group = groups.save_group(
            CameraGroup(), given["name"], given["cameras"], actor=actor(request), address=address(request)
        )
        return Response(_body(request, group), status=201)


class OneGroup(APIView):
    """One group."""

    required: Required = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=GroupInput(partial=True), responses=GroupOutput)
    def patch(self, request: Request, group_id: int) -> Response:
        """Change its name or its cameras."""
        group = _found(group_id)
        form = GroupInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        groups.save_group(
            group, given.get("name"), given.get("cameras"), actor=actor(request), address=address(request)
        )
        return Response(_body(request, _found(group_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, group_id: int) -> Response:
        """Forget it; its cameras stay."""
        groups.delete_group(_found(group_id), actor=actor(request), address=address(request))
        return Response(status=204)


class SeveralInput(serializers.Serializer[dict[str, Any]]):
    """Cameras, and what is to be changed of all of them: fields as of one camera, but no name, driver and settings."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=1000
    )
    changes = serializers.DictField()

    def validate_changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        """What cameras can have in common, as the model's fields."""
        form = CameraInput(data=changes, partial=True)
        form.is_valid(raise_exception=True)
        found: dict[str, Any] = form.validated_data
        if not found or any(name in found for name in SINGLE):
            raise serializers.ValidationError("give at least one field, but no name, driver and settings.")
        return found


class SeveralOutput(serializers.Serializer[dict[str, Any]]):
    """The cameras as they are now."""

    results = CameraOutput(many=True)


class Several(APIView):
    """Several cameras at once."""

    required: Required = {"PATCH": MANAGE}
    filtered = frozenset({"PATCH"})

    @extend_schema(operation_id="cameras_change_several", request=SeveralInput, responses=SeveralOutput)
    def patch(self, request: Request) -> Response:
        """Change all of them, or none when one cannot be or may not be changed."""
        form = SeveralInput(data=request.data)
        form.is_valid(raise_exception=True)
        ids, changes = dict.fromkeys(form.validated_data["ids"]), form.validated_data["changes"]
        for camera_id in ids:
            found_camera(camera_id)
            if not rights_for(request).holds(MANAGE, camera_id):
                raise PermissionDenied(f"You may not change camera {camera_id}.")
        with transaction.atomic():
            changed = [
                services.change_camera(camera_id, changes, actor=actor(request), address=address(request))
                for camera_id in ids
            ]
        return Response({"results": CameraOutput(changed, many=True).data})


def _found(group_id: int) -> CameraGroup:
    group = groups.groups().filter(pk=group_id).first()
    if group is None:
        raise NotFound("No such group.")
    return group


def _body(request: Request, group: CameraGroup) -> dict[str, Any]:
    seen = cameras_with(rights_for(request), "camera.view").filter(groups=group)
    return {"id": group.pk, "name": group.name, "cameras": list(seen.values_list("pk", flat=True))}
