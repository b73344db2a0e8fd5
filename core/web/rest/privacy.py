"""What is owed to those who are recorded: proof of how long recordings are kept, and the letter with their copy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.cameras.queries import cameras
from core.exports.models import Export, State
from core.exports.signing import KeyTrouble, signer
from core.media.clock import SystemClock
from core.privacy.letter import letter
from core.privacy.retention import left_behind, proof, statement
from core.privacy.signed import signed
from core.system import audit
from core.system.site import site
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.exports import EXPORT, Unavailable, found_export
from core.web.rest.times import rfc3339

PERMISSION = "system.privacy"
_CLOCK = SystemClock()


class OverdueOutput(serializers.Serializer[dict[str, Any]]):
    """A recording older than the rule; UTC ms. why: who holds it, empty when nobody does."""

    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    why = serializers.CharField()


class GoneOutput(serializers.Serializer[dict[str, Any]]):
    """What was deleted on one day; UTC ms."""

    day_ms = serializers.IntegerField()
    count = serializers.IntegerField()
    bytes = serializers.IntegerField()
    oldest_ms = serializers.IntegerField()
    newest_ms = serializers.IntegerField()


class CameraKeptOutput(serializers.Serializer[dict[str, Any]]):
    """What is kept of a camera. days: its rule, null without; times UTC ms; older: recordings older than the rule;
    gone: what was deleted in the last 30 days.
    """

    camera = serializers.IntegerField()
    name = serializers.CharField()
    days = serializers.IntegerField(allow_null=True)
    oldest_ms = serializers.IntegerField(allow_null=True)
    newest_ms = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()
    bytes = serializers.IntegerField()
    older = serializers.IntegerField()
    held = OverdueOutput(many=True)
    gone = GoneOutput(many=True)
    keeps_rule = serializers.BooleanField()


class StatementOutput(serializers.Serializer[dict[str, Any]]):
    """What is signed."""

    format = serializers.CharField()
    site = serializers.CharField()
    made_at = serializers.CharField()
    made_by = serializers.CharField()
    cameras = CameraKeptOutput(many=True)
    removed_cameras_with_recordings = serializers.ListField(child=serializers.IntegerField())


class ProofOutput(serializers.Serializer[dict[str, Any]]):
    """signature: Ed25519 over the statement's JSON with sorted keys and without spaces; both in base64."""

    statement = StatementOutput()
    signature = serializers.CharField()
    public_key = serializers.CharField()
    fingerprint = serializers.CharField()


class Retention(APIView):
    """Proof of how long recordings are kept."""

    required: Required = {"POST": PERMISSION}
    heavy = frozenset({"POST"})

    @extend_schema(operation_id="privacy_retention", request=None, responses=ProofOutput)
    def post(self, request: Request) -> Response:
        """What each camera's rule says and what there is now, signed with the key of exports."""
        everything = set(cameras().values_list("pk", flat=True))
        made = rfc3339(_CLOCK.wall_ms())
        told = statement(proof(_CLOCK, everything), left_behind(), site().name, made, actor(request))
        try:
            answer = signed(told, signer())
        except KeyTrouble as error:
            raise Unavailable(str(error)) from error
        audit.record(actor(request), "privacy.prove", "site:1", address=address(request))
        return Response(answer)


class Letter(APIView):
    """The letter with recordings for somebody who asked what is kept of them."""

    required: Required = {"GET": EXPORT}
    filtered = frozenset({"GET"})

    @extend_schema(operation_id="export_letter", responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, export_id: int) -> HttpResponse:
        """What is handed over, why and by whom; of an export with a purpose that is done."""
        export = found_export(request, export_id)
        if not export.purpose or export.state != State.DONE:
            raise NotFound("There is a letter once an export for somebody who asked is done.")
        headers = {"Content-Disposition": f'attachment; filename="letter-{export.pk}.txt"'}
        return HttpResponse(_letter(export), content_type="text/plain; charset=utf-8", headers=headers)


def _letter(export: Export) -> str:
    place = site()
    zone = ZoneInfo(place.time_zone)
    try:
        fingerprint = signer().fingerprint
    except KeyTrouble as error:
        raise Unavailable(str(error)) from error

    def told(at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"

    return letter(export, place.name, fingerprint, told)
