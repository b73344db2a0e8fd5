"""Directories: kinds, order, settings, trying them, their groups here, and comparing their people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.directories import queries, services
from core.directories.models import Directory, GroupLink
from core.directories.services import DirectorySettingsError
from core.directories.sync import Busy, Outlook, look, sync
from core.hookspecs.directories import DirectoryError, DirectorySpec
from core.pluginhost import host
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.directory_forms import (
    DirectoriesOutput,
    DirectoryInput,
    DirectoryKindsOutput,
    DirectoryOrder,
    DirectoryOutput,
    DirectoryTestInput,
    DirectoryTestOutput,
    FarGroupsOutput,
    GroupLinkInput,
    GroupLinkOutput,
    GroupLinksOutput,
    SyncInput,
    SyncOutput,
    sync_body,
)
from core.web.rest.reach import held_by, within_own
from core.web.speech import said

MANAGE = "system.directories"
T = TypeVar("T")


class Kinds(APIView):
    """Kinds of directories that are there to choose from."""

    required: Required = {"GET": MANAGE}

    @extend_schema(operation_id="directories_kinds", responses=DirectoryKindsOutput)
    def get(self, request: Request) -> Response:
        """Kinds with the schema of their settings, and what each can do."""
        rows = [
            {
                "name": entry.spec.name,
                "title": entry.spec.title,
                "plugin": entry.plugin,
                "lists_people": entry.spec.people is not None,
                "lists_groups": entry.spec.groups is not None,
                "takes_passwords": entry.spec.sign_in is not None,
                "settings": entry.spec.settings.model_json_schema(),
            }
            for entry in host().registry.entries(DirectorySpec)
        ]
        return Response({"results": rows})


class Directories(APIView):
    """Where people are looked for who are no users of Eyrie itself."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="directories_list", responses=DirectoriesOutput)
    def get(self, request: Request) -> Response:
        """All, in the order in which they are asked."""
        return Response({"results": DirectoryOutput(queries.directories(), many=True).data})

    @extend_schema(request=DirectoryInput, responses={201: DirectoryOutput})
    def post(self, request: Request) -> Response:
        """Add a directory, at the end. It is not tried; POST `directories/test/` does."""
        form = DirectoryInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        return Response(_saved(request, Directory(kind=given["kind"]), given), status=201)


class Order(APIView):
    """The order of directories."""

    required: Required = {"PUT": MANAGE}

    @extend_schema(request=DirectoryOrder, responses={204: None})
    def put(self, request: Request) -> Response:
        """Have them asked in this order."""
        form = DirectoryOrder(data=request.data)
        form.is_valid(raise_exception=True)
        _told(lambda: services.put_in_order(form.validated_data["ids"], actor=actor(request), address=address(request)))
        return Response(status=204)


class OneDirectory(APIView):
    """One directory."""

    required: Required = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}
    fresh = frozenset({"PATCH", "DELETE"})

    @extend_schema(responses=DirectoryOutput)
    def get(self, request: Request, directory_id: int) -> Response:
        """The directory."""
        return Response(DirectoryOutput(found(directory_id)).data)

    @extend_schema(request=DirectoryInput(partial=True), responses=DirectoryOutput)
    def patch(self, request: Request, directory_id: int) -> Response:
        """Change it; its kind and its short name stay. Whoever does must hold what its groups give: who says where
        people come from says who they are.
        """
        row = found(directory_id)
        form = DirectoryInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        given = {name: value for name, value in form.validated_data.items() if name in request.data}
        within_own(request, *(held_by(link.group) for link in queries.links(row)))
        return Response(_saved(request, row, given))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, directory_id: int) -> Response:
        """Forget it with its groups. Its users stay, and cannot sign in."""
        row = found(directory_id)
        _told(lambda: services.delete(row, actor=actor(request), address=address(request)))
        return Response(status=204)


class Test(APIView):
    """Trying settings."""

    required: Required = {"POST": MANAGE}

    @extend_schema(request=DirectoryTestInput, responses=DirectoryTestOutput)
    def post(self, request: Request) -> Response:
        """Each step up to the first that fails; with a name, also the person, their groups and what they would be here.
        Blocks as long as the settings' time-outs say.
        """
        form = DirectoryTestInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        stored = None if given["directory"] is None else found(given["directory"])
        settings = _told(lambda: services.checked_settings(given["kind"], given["settings"], stored))
        steps = _asked(lambda: services.try_out(given["kind"], settings, stored, given["name"]))
        rows = [{"what": step.what, "ok": step.ok, "sentence": said(step.sentence)} for step in steps]
        return Response(DirectoryTestOutput({"ok": all(step.ok for step in steps), "steps": rows}).data)


class FarGroups(APIView):
    """Groups of a directory."""

    required: Required = {"GET": MANAGE}

    @extend_schema(
        operation_id="directories_groups", parameters=[OpenApiParameter("text", str)], responses=FarGroupsOutput
    )
    def get(self, request: Request, directory_id: int) -> Response:
        """Up to 50 groups with this text in their name, asked of the directory itself."""
        row, text = found(directory_id), request.query_params.get("text", "")[:100]
        rows = [
            {"id": one.id, "title": one.title, "detail": one.detail}
            for one in _asked(lambda: services.groups_like(row, text))
        ]
        return Response({"results": rows})


class Links(APIView):
    """Groups of a directory that count here."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(operation_id="directories_links", responses=GroupLinksOutput)
    def get(self, request: Request, directory_id: int) -> Response:
        """With their roles; these are given and taken at `user-groups/{id}/grants/`."""
        return Response({"results": GroupLinkOutput(queries.links(found(directory_id)), many=True).data})

    @extend_schema(request=GroupLinkInput, responses={201: GroupLinkOutput})
    def post(self, request: Request, directory_id: int) -> Response:
        """Have a group count; it gives no role at first. Its people follow at their next sign-in or the next sync."""
        row = found(directory_id)
        form = GroupLinkInput(data=request.data)
        form.is_valid(raise_exception=True)
        far, title = form.validated_data["id"], form.validated_data["title"]
        made = _told(lambda: services.link(row, far, title, actor=actor(request), address=address(request)))
        return Response(GroupLinkOutput(queries.links(row).get(pk=made.pk)).data, status=201)


class OneLink(APIView):
    """One group of a directory that counts here."""

    required: Required = {"DELETE": MANAGE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, directory_id: int, link_id: int) -> Response:
        """Have it count no longer: the roles it gave are gone at once."""
        row = GroupLink.objects.filter(pk=link_id, directory_id=directory_id).select_related("group").first()
        if row is None:
            raise NotFound("No such group is linked.")
        services.unlink(row, actor=actor(request), address=address(request))
        return Response(status=204)


class Sync(APIView):
    """Comparing all people of a directory with its users here."""

    required: Required = {"POST": MANAGE}

    @extend_schema(request=SyncInput, responses=SyncOutput)
    def post(self, request: Request, directory_id: int) -> Response:
        """Without `apply` a preview. With it, it is done; what is held back only when it is `confirmed`."""
        row = found(directory_id)
        form = SyncInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if not given["apply"]:
            return Response(sync_body(_asked(lambda: look(row))))
        who = {"actor": actor(request), "address": address(request)}

        def done() -> Outlook:
            try:
                return sync(row, confirmed=given["confirmed"], **who)
            except Busy:
                raise ValidationError(
                    "The people of this directory are being compared already; wait a moment."
                ) from None

        return Response(sync_body(_asked(done), applied=True, confirmed=given["confirmed"]))


class DirectoryInTrouble(APIException):
    """The directory does not do what was asked."""

    status_code = 502
    default_code = "directory_in_trouble"


def found(directory_id: int) -> Directory:
    """The directory. Raises NotFound."""
    row = queries.directories().filter(pk=directory_id).first()
    if row is None:
        raise NotFound("No such directory.")
    return row


def _saved(request: Request, row: Directory, given: dict[str, Any]) -> dict[str, Any]:
    if row.pk and given.get("kind", row.kind) != row.kind:
        raise ValidationError({"kind": ["cannot be changed; add another directory."]})

    def save() -> Directory:
        stored = row if row.pk else None
        settings = services.checked_settings(row.kind, given["settings"], stored) if "settings" in given else None
        return services.save(row, given, settings, actor=actor(request), address=address(request))

    saved = _told(save)
    return dict(DirectoryOutput(found(saved.pk)).data)


def _told(work: Callable[[], T]) -> T:
    """Run it; what it refuses is told by field."""
    try:
        return work()
    except DirectorySettingsError as error:
        raise ValidationError({name: [why] for name, why in error.fields.items()}) from error


def _asked(work: Callable[[], T]) -> T:
    """Ask a directory while the client waits. Raises DirectoryInTrouble."""
    try:
        return work()
    except DirectoryError as error:
        raise DirectoryInTrouble(str(error)) from error
