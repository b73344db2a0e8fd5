"""Events of other systems: sending them, one or many, and declaring their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import Rights, rights_for
from core.cameras.queries import camera_id_of, cameras
from core.events import external, services
from core.hookspecs.events import EventTypeSpec, SeenObject
from core.media.clock import SystemClock
from core.rules.fields import OPS, attributes_of
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.events import Events
from core.web.rest.times import optional_time
from core.web.speech import said

SEND = "event.send"
MOST_AT_ONCE = 1000


class ObjectInput(serializers.Serializer[dict[str, Any]]):
    """Something in the picture. box: left, top, width, height as fractions of it; track: the same for one object."""

    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a field of this name
    score = serializers.FloatField(min_value=0, max_value=1, default=1.0)
    box = serializers.ListField(
        child=serializers.FloatField(min_value=0, max_value=1),
        min_length=4,
        max_length=4,
        allow_null=True,
        default=None,
    )
    track = serializers.CharField(max_length=100, allow_blank=True, default="")


class EventInput(serializers.Serializer[dict[str, Any]]):
    """An event of another system.

    type: one that begins with `external.`. camera: id, or name; none for events of no camera. start: now without it;
    events may come in any order. key: of the sender's own; an event of a key that is there already is not stored again.
    """

    type = serializers.CharField(max_length=100, default="external.event")
    camera = serializers.JSONField(allow_null=True, default=None, help_text="Id or name.")
    start = serializers.CharField(required=False, default="", allow_blank=True, help_text="RFC 3339.")
    end = serializers.CharField(required=False, default="", allow_blank=True, allow_null=True, help_text="RFC 3339.")
    attributes = serializers.DictField(default=dict)
    objects = ObjectInput(many=True, default=list)
    key = serializers.CharField(max_length=150, allow_blank=True, default="")


class EventsInput(serializers.Serializer[dict[str, Any]]):
    """Many events at once; each stands for itself."""

    events = serializers.ListField(child=EventInput(), max_length=MOST_AT_ONCE)


class SentOutput(serializers.Serializer[dict[str, Any]]):
    """What became of one event. created: false when its key was there already; problems: sentences by field."""

    id = serializers.IntegerField(allow_null=True)
    created = serializers.BooleanField()
    problems = serializers.DictField(required=False)


class ManySentOutput(serializers.Serializer[dict[str, Any]]):
    """In the order in which they were sent."""

    results = SentOutput(many=True)


class FieldBody(serializers.Serializer[dict[str, Any]]):
    """An attribute of a kind of event."""

    name = serializers.CharField(max_length=64)
    title = serializers.CharField(max_length=100, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=list(external.KINDS))
    required = serializers.BooleanField(default=False)  # type: ignore[assignment]  # a field of this name


class EventTypeInput(serializers.Serializer[dict[str, Any]]):
    """A kind of event, named such as `external.door_bell`."""

    name = serializers.CharField(max_length=100)
    title = serializers.CharField(max_length=100)
    attributes = FieldBody(many=True, default=list)


class FieldOutput(FieldBody):
    """An attribute, whoever declared it. choices: its values where there are only these. unit: what a number counts:
    `%`, `s`, `bytes`, `share` (0 to 1), or words.
    """

    kind = serializers.ChoiceField(choices=list(OPS))
    choices = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField()


class EventTypeOutput(serializers.Serializer[dict[str, Any]]):
    """A kind of event. external: an integrator declared it, and may take it back."""

    name = serializers.CharField()
    title = serializers.CharField()
    external = serializers.BooleanField()
    attributes = FieldOutput(many=True)


class EventList(Events):
    """Events."""

    required: Required = {**Events.required, "POST": SEND}
    filtered = frozenset({"GET", "POST"})

    @extend_schema(
        request=PolymorphicProxySerializer("EventOrEvents", [EventInput, EventsInput], None),
        responses={200: SentOutput, 201: SentOutput, 207: ManySentOutput},
    )
    def post(self, request: Request) -> Response:
        """Store events of other systems. One: 201, or 200 when its key is there already. Many: 207, each its fate."""
        rights = rights_for(request)
        if not isinstance(request.data, dict) or "events" not in request.data:
            (fate,) = services.record_many([_draft(request.data, rights)])
            found, created = _or_refused(fate)
            return Response({"id": found, "created": created}, status=201 if created else 200)
        many = request.data["events"]
        if not isinstance(many, list) or not 0 < len(many) <= MOST_AT_ONCE:
            raise ValidationError({"events": [f"takes a list of 1 to {MOST_AT_ONCE} events."]})
        return Response({"results": _fates(many, rights)}, status=207)


class EventTypes(APIView):
    """Which kinds of events there can be."""

    required: Required = {"GET": "event.view", "POST": "rule.manage"}
    filtered = frozenset({"GET"})

    @extend_schema(responses=EventTypeOutput(many=True))
    def get(self, request: Request) -> Response:
        """Core's, the plugins' and the integrators' kinds, by name."""
        declared = external.declared_fields()
        return Response([_shown(spec, declared) for spec in external.all_types()])

    @extend_schema(request=EventTypeInput, responses={201: EventTypeOutput})
    def post(self, request: Request) -> Response:
        """Declare a kind of event, or declare it anew."""
        form = EventTypeInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        made = external.declare(
            given["name"], given["title"], given["attributes"], actor=actor(request), address=address(request)
        )
        return Response(_shown(made, external.declared_fields()), status=201)


class OneEventType(APIView):
    """A kind of event that an integrator declared."""

    required: Required = {"DELETE": "rule.manage"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Take the declaration back; its events stay."""
        if not external.withdraw(name, actor=actor(request), address=address(request)):
            raise NotFound("No such kind of event, or it is not an integrator's.")
        return Response(status=204)


def _fates(many: list[Any], rights: Rights) -> list[dict[str, Any]]:
    """What becomes of each; one that is wrong keeps none of the others back."""
    fates: list[dict[str, Any]] = [{} for _ in many]
    drafts: dict[int, services.Draft] = {}
    for number, data in enumerate(many):
        try:
            drafts[number] = _draft(data, rights)
        except (ValidationError, PermissionDenied) as error:
            fates[number] = _refusal(error)
    for number, stored in zip(drafts, services.record_many(list(drafts.values())), strict=True):
        try:
            found, created = _or_refused(stored)
        except ValidationError as error:
            fates[number] = _refusal(error)
        else:
            fates[number] = {"id": found, "created": created}
    return fates


def _refusal(error: ValidationError | PermissionDenied) -> dict[str, Any]:
    problems = error.detail if isinstance(error, ValidationError) else {"camera": [str(error.detail)]}
    return {"id": None, "created": False, "problems": problems}


def _or_refused(fate: tuple[int, bool] | services.EventError) -> tuple[int, bool]:
    if isinstance(fate, services.EventError):
        field = "attributes" if "attribute" in str(fate) else "type"
        raise ValidationError({field: [str(fate)]})
    return fate


def _draft(data: Any, rights: Rights) -> services.Draft:
    form = EventInput(data=data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    if not given["type"].startswith(external.PREFIX):
        raise ValidationError({"type": [f"{given['type']!r} is not for others to send; give one of external.…"]})
    return services.Draft(
        given["type"],
        _camera(given["camera"], rights),
        optional_time(given, "start") or SystemClock().wall_ms(),
        optional_time({"end": given["end"] or ""}, "end"),
        given["attributes"],
        [SeenObject(**one | {"box": tuple(one["box"]) if one["box"] else None}) for one in given["objects"]],
        f"{rights.user_id}:{given['key']}" if given["key"] else None,
    )


def _camera(given: Any, rights: Rights) -> int | None:
    if given is None:
        found = None
    elif isinstance(given, str):
        found = camera_id_of(given)
    else:
        found = given if isinstance(given, int) and cameras().filter(pk=given).exists() else None
    if given is not None and (found is None or not rights.holds("camera.view", found)):
        raise ValidationError({"camera": [f"there is no camera {given!r}; give an id or a name of GET cameras/."]})
    if not rights.holds(SEND, found):
        raise PermissionDenied("You may not send events of this camera." if given else "You may not send such events.")
    return found


def _shown(spec: EventTypeSpec, declared: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    facts = {"name": spec.name, "title": said(spec.title), "external": spec.name in declared}
    required = {name for name, field in spec.attributes.model_fields.items() if field.is_required()}
    attributes = [asdict(field) | {"required": field.name in required} for field in attributes_of(spec.attributes)]
    return facts | {"attributes": attributes}
