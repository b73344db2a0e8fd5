"""REST below `/api/v1/plugins/accesscontrol/`: reports and doors."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import SystemClock
from core.api.services import PUBLIC, Required, cameras_with, plugin_settings, rights_for
from plugins.accesscontrol.models import Door
from plugins.accesscontrol.permissions import MANAGE, REPORT
from plugins.accesscontrol.report import ReportError, parsed
from plugins.accesscontrol.rest.changes import audit, valid
from plugins.accesscontrol.services import take
from plugins.accesscontrol.settings import AccessSettings
from plugins.accesscontrol.signing import BadSignature, check

MOST_REPORTS = 1000
_CLOCK = SystemClock()


class ReportInput(serializers.Serializer[dict[str, Any]]):
    """One event of a door. Either this, or up to 1000 of them as `{"events": […]}`."""

    id = serializers.CharField(max_length=100, help_text="The access system's own id: sent twice it is taken once.")
    outcome = serializers.ChoiceField(choices=["granted", "denied", "forced", "held_open"])
    door = serializers.CharField(max_length=100, help_text="The access system's name of the door.")
    at = serializers.CharField(help_text="RFC 3339 with a zone.")
    end = serializers.CharField(required=False, help_text="RFC 3339, for doors forced or held open.")
    card = serializers.CharField(required=False, max_length=100)
    reason = serializers.CharField(required=False, max_length=200)


class ReportOutput(serializers.Serializer[dict[str, Any]]):
    """What became of a report. event: its id in Eyrie, null when it was refused, and then `refused` says why, by field.

    mapped: false for a door that nobody has looked at yet.
    """

    id = serializers.CharField()
    event = serializers.IntegerField(allow_null=True)
    mapped = serializers.BooleanField()
    refused = serializers.DictField(child=serializers.CharField())


class ReportsOutput(serializers.Serializer[dict[str, Any]]):
    """What became of each, in their order."""

    results = ReportOutput(many=True)


class DoorForm(serializers.Serializer[Any]):
    """A door; `mapped` says that somebody has looked at it."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(max_length=100, help_text="The access system's name of it.")
    title = serializers.CharField(max_length=100, required=False, allow_blank=True)
    camera = serializers.IntegerField(required=False, allow_null=True, source="camera_id")
    mapped = serializers.BooleanField(read_only=True)


class Badges(APIView):
    """Reports of an access system that signs in."""

    required: Required = {"POST": REPORT.codename}

    @extend_schema(request=ReportInput, responses=ReportsOutput)
    def post(self, request: Request) -> Response:
        """Take one report, or many; refused ones do not cost the others. 400 when all are refused."""
        return _taken(request.data)


class Webhook(APIView):
    """Reports of an access system that signs its calls (Standard Webhooks) instead of signing in."""

    required: Required = {"POST": PUBLIC}
    authentication_classes = ()
    parser_classes = (JSONParser,)

    @extend_schema(request=ReportInput, responses=ReportsOutput)
    def post(self, request: Request) -> Response:
        """As `badges/`. 403 for a signature that does not fit, 404 while no key is set."""
        settings = plugin_settings("accesscontrol")
        secret = settings.secret.get_secret_value() if isinstance(settings, AccessSettings) else ""
        if not secret:
            raise NotFound("No webhook key is set; set one in the settings of this plugin.")
        body = request.body
        try:
            check(secret, request.headers, body, _CLOCK.wall_ms())
        except BadSignature as error:
            raise PermissionDenied(str(error)) from error
        try:
            return _taken(json.loads(body))
        except (ValueError, RecursionError):
            raise ValidationError({"report": ["is no JSON."]}) from None


class Doors(APIView):
    """Doors, those nobody has looked at first."""

    required: Required = {"GET": MANAGE.codename, "POST": MANAGE.codename}

    @extend_schema(responses=DoorForm(many=True))
    def get(self, request: Request) -> Response:
        """All doors."""
        return Response(DoorForm(Door.objects.order_by("mapped", "code"), many=True).data)

    @extend_schema(request=DoorForm, responses={201: DoorForm})
    def post(self, request: Request) -> Response:
        """Add a door before its first event."""
        form = valid(DoorForm(data=request.data))
        _camera_exists(request, form)
        if Door.objects.filter(code=form["code"]).exists():
            raise ValidationError({"code": [f"There is a door {form['code']!r} already."]})
        door = Door.objects.create(**form, mapped=True)
        audit(request, "access_door.create", f"access_door:{door.pk}", None, DoorForm(door).data)
        return Response(DoorForm(door).data, status=201)


class OneDoor(APIView):
    """One door."""

    required: Required = {"PATCH": MANAGE.codename, "DELETE": MANAGE.codename}

    @extend_schema(request=DoorForm(partial=True), responses=DoorForm)
    def patch(self, request: Request, door_id: int) -> Response:
        """Name it, choose its camera: it counts as looked at. Its events from then on are that camera's."""
        door = _door(door_id)
        form = valid(DoorForm(data=request.data, partial=True))
        _camera_exists(request, form)
        if form.get("code", door.code) != door.code:
            raise ValidationError({"code": ["is the access system's; add another door instead."]})
        before = DoorForm(door).data
        for name, value in (form | {"mapped": True}).items():
            setattr(door, name, value)
        door.save()
        audit(request, "access_door.change", f"access_door:{door.pk}", before, DoorForm(door).data)
        return Response(DoorForm(door).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, door_id: int) -> Response:
        """Forget it; its events stay, and its next one adds it anew."""
        door = _door(door_id)
        audit(request, "access_door.delete", f"access_door:{door.pk}", DoorForm(door).data, None)
        door.delete()
        return Response(status=204)


def _taken(body: Any) -> Response:
    many = isinstance(body, dict) and "events" in body
    reports = body["events"] if many else [body]
    if not isinstance(reports, list) or len(reports) > MOST_REPORTS:
        raise ValidationError({"events": [f"is no list of at most {MOST_REPORTS} events."]})
    results = [_one(report) for report in reports]
    none_taken = bool(results) and all(result["event"] is None for result in results)
    if none_taken and not many:
        raise ValidationError({field: [why] for field, why in results[0]["refused"].items()})
    return Response({"results": results}, status=400 if none_taken else 200)


def _one(body: Any) -> dict[str, Any]:
    given = str(body.get("id", ""))[:100] if isinstance(body, dict) else ""
    try:
        report = parsed(body, _CLOCK.wall_ms())
    except ReportError as error:
        return {"id": given, "event": None, "mapped": False, "refused": error.fields}
    taken = take(report)
    return {"id": report.id, "event": taken.event.id, "mapped": taken.mapped, "refused": {}}


def _camera_exists(request: Request, form: dict[str, Any]) -> None:
    camera_id = form.get("camera_id")
    if camera_id is not None and not cameras_with(rights_for(request), "camera.view").filter(pk=camera_id).exists():
        raise ValidationError(
            {"camera": [f"There is no camera {camera_id}; give one that GET /api/v1/cameras/ lists."]}
        )


def _door(door_id: int) -> Door:
    door = Door.objects.filter(pk=door_id).first()
    if door is None:
        raise NotFound("No such door.")
    return door
