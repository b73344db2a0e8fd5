"""All settings as one file, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.clock import SystemClock
from core.system.transfer.archive import LARGEST, ArchiveError
from core.system.transfer.restoring import Outcome, backup, restore
from core.web.rest.conventions import actor, address
from core.web.rest.times import rfc3339
from core.web.speech import said

PERMISSION = "system.configuration"
_CLOCK = SystemClock()


class ConfigurationBackupInput(serializers.Serializer[dict[str, Any]]):
    """passphrase: locks the secrets in the file; empty leaves them out."""

    passphrase = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False, default="")


class ConfigurationRestoreInput(ConfigurationBackupInput):
    """file: as a backup gave it; dry_run: only tell what would change."""

    file = serializers.FileField()
    dry_run = serializers.BooleanField(default=True)


class ConfigurationChange(serializers.Serializer[dict[str, Any]]):
    """One row. fields: what changes of it, each with what it is and what it becomes; secrets masked."""

    part = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in ("added", "changed", "removed")])
    name = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField())  # type: ignore[assignment]  # the answer's own word


class ConfigurationRestoreOutput(serializers.Serializer[dict[str, Any]]):
    """unknown: parts that this Eyrie does not know; left_out: what lacks secrets that the file does not hold."""

    dry_run = serializers.BooleanField()
    made_at = serializers.CharField()
    made_by = serializers.CharField()
    changes = ConfigurationChange(many=True)
    unknown = serializers.ListField(child=serializers.CharField())
    left_out = serializers.ListField(child=serializers.CharField())


class Backup(APIView):
    """Write the configuration into a file."""

    required: Required = {"POST": PERMISSION}

    @extend_schema(
        operation_id="system_configuration_backup",
        request=ConfigurationBackupInput,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request) -> HttpResponse:
        """Cameras, schedules, users with their password hashes, rules, plugins' settings and all others."""
        form = ConfigurationBackupInput(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            data = backup(form.validated_data["passphrase"], actor=actor(request), address=address(request))
        except ArchiveError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        name = f"eyrie-configuration-{rfc3339(_CLOCK.wall_ms())[:10]}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(data, content_type="application/zip", headers=headers)


class Restore(APIView):
    """Make the configuration what a file says."""

    required: Required = {"POST": PERMISSION}
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
        if given["file"].size > LARGEST:
            raise ValidationError({"file": ["The file is larger than any configuration; choose another one."]})
        try:
            outcome = restore(
                given["file"].read(),
                given["passphrase"],
                dry_run=given["dry_run"],
                actor=actor(request),
                address=address(request),
            )
        except ArchiveError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return Response(_body(outcome, dry_run=given["dry_run"]))


def _body(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    changes = [{**asdict(change), "title": said(change.title)} for change in outcome.changes]
    return {"dry_run": dry_run, **asdict(outcome), "changes": changes}
