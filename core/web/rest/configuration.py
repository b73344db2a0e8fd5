"""All settings as one file, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.clock import SystemClock
from core.system.transfer import safety
from core.system.transfer.archive import LARGEST, ArchiveError
from core.system.transfer.restoring import Outcome, backup, optional_parts, restore
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said

PERMISSION = "system.configuration"
_CLOCK = SystemClock()


class OptionalPart(serializers.Serializer[dict[str, Any]]):
    """A part that is left out of a file unless it is asked for, by its key. why: somebody may not want it there."""

    key = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()


class KeptConfiguration(serializers.Serializer[dict[str, Any]]):
    """How everything was before a restore. name: to be restored by."""

    name = serializers.CharField()
    at = serializers.CharField()


class ConfigurationOutput(serializers.Serializer[dict[str, Any]]):
    """What a file may hold besides, and what was kept before restores, newest first."""

    optional = OptionalPart(many=True)
    kept = KeptConfiguration(many=True)


class ConfigurationBackupInput(serializers.Serializer[dict[str, Any]]):
    """passphrase: locks the file; empty leaves secrets out. include: keys of optional parts."""

    passphrase = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False, default="")
    include = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=100)


class ConfigurationRestoreInput(serializers.Serializer[dict[str, Any]]):
    """file: as a backup gave it; or kept: the name of one that was kept here. dry_run: only tell what would change."""

    passphrase = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False, default="")
    file = serializers.FileField(required=False)
    kept = serializers.CharField(max_length=100, allow_blank=True, default="")
    dry_run = serializers.BooleanField(default=True)


class ConfigurationChange(serializers.Serializer[dict[str, Any]]):
    """One row. fields: what changes of it, each with what it is and what it becomes; secrets masked."""

    part = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in ("added", "changed", "removed")])
    name = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField())  # type: ignore[assignment]  # the answer's own word


class ConfigurationRestoreOutput(serializers.Serializer[dict[str, Any]]):
    """unknown: parts and columns that this Eyrie does not know; left_out: what lacks secrets that the file does not
    hold; kept: the name of the file of how everything was before.
    """

    dry_run = serializers.BooleanField()
    made_at = serializers.CharField()
    made_by = serializers.CharField()
    changes = ConfigurationChange(many=True)
    unknown = serializers.ListField(child=serializers.CharField())
    left_out = serializers.ListField(child=serializers.CharField())
    kept = serializers.CharField()


class Configuration(APIView):
    """What a file of the configuration may hold, and what was kept."""

    required: Required = {"GET": PERMISSION}

    @extend_schema(operation_id="system_configuration", responses=ConfigurationOutput)
    def get(self, request: Request) -> Response:
        """Optional parts, and copies of before."""
        parts = [
            {"key": one.key, "title": said(one.spec.title), "why": said(one.spec.optional)} for one in optional_parts()
        ]
        kept = [{"name": name, "at": rfc3339(at_ms)} for name, at_ms in safety.kept()]
        return Response({"optional": parts, "kept": kept})


class Backup(APIView):
    """Write the configuration into a file."""

    required: Required = {"POST": PERMISSION}
    heavy = frozenset({"POST"})
    fresh = {"POST"}

    @extend_schema(
        operation_id="system_configuration_backup",
        request=ConfigurationBackupInput,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request) -> HttpResponse:
        """Cameras, schedules, users with their password hashes, rules, plugins' settings and all others."""
        form = ConfigurationBackupInput(data=request.data)
        form.is_valid(raise_exception=True)
        passphrase, include = form.validated_data["passphrase"], form.validated_data["include"]
        try:
            data = backup(passphrase, include=include, actor=actor(request), address=address(request))
        except ArchiveError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        name = f"eyrie-configuration-{rfc3339(_CLOCK.wall_ms())[:10]}.{'eyrie' if passphrase else 'zip'}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(data, content_type="application/octet-stream", headers=headers)


class Restore(APIView):
    """Make the configuration what a file says."""

    required: Required = {"POST": PERMISSION}
    heavy = frozenset({"POST"})
    fresh = {"POST"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="system_configuration_restore",
        request={"multipart/form-data": ConfigurationRestoreInput},
        responses=ConfigurationRestoreOutput,
    )
    def post(self, request: Request) -> Response:
        """All of it in one transaction, or nothing. Rows that the file does not hold are removed."""
        form = ConfigurationRestoreInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        try:
            outcome = restore(
                _given(given),
                given["passphrase"],
                dry_run=given["dry_run"],
                actor=actor(request),
                address=address(request),
            )
        except ArchiveError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return Response(_body(outcome, dry_run=given["dry_run"]))


def _given(given: dict[str, Any]) -> bytes:
    """The file that was sent, or that is kept here."""
    if given["kept"]:
        return safety.read(given["kept"])
    file = given.get("file")
    if file is None:
        raise ArchiveError("file", "Choose a file.")
    if file.size > LARGEST:
        raise ArchiveError("file", "The file is larger than any configuration; choose another one.")
    return bytes(file.read())


def _body(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    changes = [{**asdict(change), "title": said(change.title)} for change in outcome.changes]
    return {"dry_run": dry_run, **asdict(outcome), "changes": changes}
