"""Copies of all settings by the clock."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.backup import queries, settings_copies
from core.backup.models import Every, SettingsCopies
from core.backup.services import BackupSettingsError
from core.backup.tasks import copy_settings_now
from core.system.secrets import MASK
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said

PERMISSION = "system.configuration"


class SettingsCopiesInput(serializers.Serializer[dict[str, Any]]):
    """target: id of a backup target. hour: of the site's day. keep: copies that stay there. passphrase: locks them;
    empty or masked it stays as it is. include: keys of optional parts.
    """

    enabled = serializers.BooleanField()
    target = serializers.IntegerField(allow_null=True)
    every = serializers.ChoiceField(choices=Every.choices)
    hour = serializers.IntegerField(min_value=0, max_value=23)
    keep = serializers.IntegerField(min_value=1, max_value=settings_copies.MOST_KEPT)
    passphrase = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False, default="")
    include = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=100)


class SettingsCopiesTarget(serializers.Serializer[dict[str, Any]]):
    """A place that they can go to."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SettingsCopiesOutput(SettingsCopiesInput):
    """tried, done: the last attempt and the last that worked, null before the first; name, bytes: of that file; error:
    why the last attempt did not. working: one is under way. targets: to choose from.
    """

    tried = serializers.CharField(allow_null=True)
    done = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    bytes = serializers.IntegerField()
    error = serializers.CharField()
    working = serializers.BooleanField()
    targets = SettingsCopiesTarget(many=True)


class Copies(APIView):
    """How settings are copied, and how that goes."""

    required: Required = {"GET": PERMISSION, "PUT": PERMISSION}
    fresh = {"PUT"}

    @extend_schema(operation_id="system_configuration_copies", responses=SettingsCopiesOutput)
    def get(self, request: Request) -> Response:
        """As it is set, and the last attempt."""
        return Response(_body(settings_copies.copies()))

    @extend_schema(
        operation_id="system_configuration_copies_set", request=SettingsCopiesInput, responses=SettingsCopiesOutput
    )
    def put(self, request: Request) -> Response:
        """Set it."""
        form = SettingsCopiesInput(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            row = settings_copies.change(form.validated_data, actor=actor(request), address=address(request))
        except BackupSettingsError as error:
            raise ValidationError({name: [why] for name, why in error.fields.items()}) from error
        return Response(_body(row))


class CopyNow(APIView):
    """Copy all settings now."""

    required: Required = {"POST": PERMISSION}

    @extend_schema(operation_id="system_configuration_copies_now", request=None, responses={202: None})
    def post(self, request: Request) -> Response:
        """Begin it; what becomes of it is told by `copies/`."""
        copy_settings_now(actor(request), address(request))
        return Response(status=status.HTTP_202_ACCEPTED)


def _body(row: SettingsCopies) -> dict[str, Any]:
    return {
        "enabled": row.enabled,
        "target": row.target_id,
        "every": row.every,
        "hour": row.hour,
        "keep": row.keep,
        "passphrase": MASK if row.passphrase else "",
        "include": row.include,
        "tried": rfc3339(row.tried_ms) if row.tried_ms else None,
        "done": rfc3339(row.done_ms) if row.done_ms else None,
        "name": row.name,
        "bytes": row.size,
        "error": said(row.error),
        "working": bool(row.claimed_ms),
        "targets": [{"id": target.pk, "name": target.name} for target in queries.targets()],
    }
