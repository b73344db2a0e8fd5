"""Events: the list, one of them, its picture, and that somebody has looked at it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import LARGEST_ID, Required
from core.access.rights import rights_for
from core.events import pictures, queries, services
from core.events.models import StoredEvent
from core.media.clock import SystemClock
from core.web.covered import Covered
from core.web.private import searchable, told
from core.web.rest.conventions import NewestFirst, actor, integers, noted
from core.web.rest.describing import extend_schema
from core.web.rest.media import JPEG, WIDTH, picture_of_moment
from core.web.rest.times import optional_time, rfc3339
from core.web.speech import said

ORDERS = {"newest": ("-start_ms", "-id"), "oldest": ("start_ms", "id")}


class InOrder(NewestFirst):
    """Newest first, or with `?order=oldest` the other way round."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        """By `order`. Raises ValidationError."""
        asked = request.query_params.get("order", "newest")
        if asked not in ORDERS:
            raise ValidationError({"order": [f"there is no {asked!r}; give newest or oldest."]})
        return ORDERS[asked]


class EventOutput(serializers.ModelSerializer[StoredEvent]):
    """One event; `end` is null while it lasts or when it is a moment.

    objects: what was in the picture, boxes as fractions of it; null for one under a privacy mask, for who may not see
    what lies there. attributes: without those that one may not know, such as who was recognised. acknowledged: null
    until somebody has looked at it.
    has_picture: a picture of its own is at `events/{id}/picture.jpg`; without it the recording's is there.
    """

    camera = serializers.IntegerField(source="camera_id", allow_null=True)
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    attributes = serializers.SerializerMethodField()
    objects = serializers.SerializerMethodField()
    has_picture = serializers.SerializerMethodField()
    acknowledged = serializers.SerializerMethodField()

    class Meta:
        model = StoredEvent
        fields = ["id", "type", "camera", "start", "end", "attributes", "objects", "has_picture", "acknowledged"]

    def get_start(self, event: StoredEvent) -> str:
        """RFC 3339."""
        return rfc3339(event.start_ms)

    def get_end(self, event: StoredEvent) -> str | None:
        """RFC 3339."""
        return None if event.end_ms is None else rfc3339(event.end_ms)

    @extend_schema_field(serializers.DictField())
    def get_attributes(self, event: StoredEvent) -> dict[str, Any]:
        """What it says; a sentence of ours in the reader's language."""
        known = told(self.context["rights"], event.type, event.camera_id, event.attributes)
        return {name: said(value) if name == "message" else value for name, value in known.items()}

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_objects(self, event: StoredEvent) -> list[dict[str, Any]]:
        """`[{"label", "score", "box", "track"}]`."""
        covered: Covered = self.context["covered"]
        return covered.placed(event.objects_seen, event.camera_id, event.start_ms)

    def get_has_picture(self, event: StoredEvent) -> bool:
        """Whether one was kept with it."""
        return bool(event.picture)

    def get_acknowledged(self, event: StoredEvent) -> dict[str, str] | None:
        """`{"at", "by", "note"}`."""
        if event.acknowledged_ms is None:
            return None
        return {"at": rfc3339(event.acknowledged_ms), "by": event.acknowledged_by, "note": event.note}


class AcknowledgeInput(serializers.Serializer[dict[str, Any]]):
    """Which events somebody has looked at, and what they say about them."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=1000
    )
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class AcknowledgeOutput(serializers.Serializer[dict[str, Any]]):
    """How many of them nobody had looked at before."""

    count = serializers.IntegerField()


class Events(ListAPIView[StoredEvent]):
    """Events of the cameras one holds `event.view` for; those of no camera take it everywhere."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})
    serializer_class = EventOutput
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[StoredEvent]:
        """Filtered by rights and by `camera`, `type`, `start`, `end`, `text`, `acknowledged`."""
        query = self.request.query_params
        text = query.get("text", "")
        found = queries.events(
            types=_types(self.request),
            camera_ids=integers(self.request, "camera"),
            start_ms=optional_time(query, "start"),
            end_ms=optional_time(query, "end"),
            text=text,
            acknowledged=_yes_or_no(query.get("acknowledged", "")),
        )
        rights = rights_for(self.request)
        mine = rights.filter(found, "event.view", "camera_id")
        return searchable(rights, mine, text) if text else mine

    def get_serializer_context(self) -> dict[str, Any]:
        """With what this user may know."""
        return {**super().get_serializer_context(), **_context(self.request)}

    @extend_schema(
        parameters=[
            OpenApiParameter("camera", int, many=True, description="Only these cameras' events."),
            OpenApiParameter("type", str, many=True, description="Only these types, such as `camera.offline`."),
            OpenApiParameter("start", str, description="From this time on (RFC 3339)."),
            OpenApiParameter("end", str, description="Before this time (RFC 3339)."),
            OpenApiParameter("text", str, description="With this in their type's title or their attributes."),
            OpenApiParameter("acknowledged", bool, description="Only those that somebody, or nobody, has looked at."),
            OpenApiParameter("order", str, enum=[*ORDERS], description="Newest first without it."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Events page by page."""
        return super().get(request, *args, **kwargs)


class OneEvent(APIView):
    """One event."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})

    @extend_schema(responses=EventOutput)
    def get(self, request: Request, event_id: int) -> Response:
        """The event."""
        return Response(EventOutput(found_event(request, event_id), context=_context(request)).data)


class Picture(APIView):
    """What an event looked like."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})

    @extend_schema(parameters=[WIDTH], responses=JPEG)
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """The picture kept with it, else the recording's at its start, which takes the right to play recordings."""
        event = found_event(request, event_id)
        kept = pictures.read(event.picture) if event.picture else None
        if kept is not None:
            return HttpResponse(kept, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
        if event.camera_id is None:
            raise NotFound("This event has no picture.")
        if not rights_for(request).holds("camera.playback", event.camera_id):
            raise PermissionDenied("The picture is the recording's, and you may not play recordings of this camera.")
        return picture_of_moment(event.camera_id, event.start_ms, request)


class Acknowledge(APIView):
    """Say that one has looked at events."""

    required: Required = {"POST": "event.acknowledge"}
    filtered = frozenset({"POST"})

    @extend_schema(request=AcknowledgeInput, responses=AcknowledgeOutput)
    def post(self, request: Request) -> Response:
        """Those that somebody has looked at before stay as they are; those one may not see are left out."""
        form = AcknowledgeInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        mine = rights_for(request).filter(queries.events(ids=given["ids"]), "event.acknowledge", "camera_id")
        ids = list(mine.values_list("pk", flat=True))
        with transaction.atomic():
            count = services.acknowledge(ids, by=actor(request), at_ms=SystemClock().wall_ms(), note=given["note"])
            if count:
                target = f"event:{ids[0]}" if len(ids) == 1 else "event:"
                noted(request, "event.acknowledge", target, after={"events": ids, "note": given["note"]})
        return Response({"count": count})


def found_event(request: Request, event_id: int) -> StoredEvent:
    """The event, for who may see it. Raises NotFound."""
    event = queries.events(ids=[event_id]).first()
    if event is None or not rights_for(request).holds("event.view", event.camera_id):
        raise NotFound("No such event.")
    return event


def _context(request: Request) -> dict[str, Any]:
    """What EventOutput asks."""
    rights = rights_for(request)
    return {"rights": rights, "covered": Covered(rights)}


def _yes_or_no(text: str) -> bool | None:
    if text not in ("", "true", "false", "1", "0"):
        raise ValidationError({"acknowledged": [f"{text!r} is neither true nor false."]})
    return None if not text else text in ("true", "1")


def _types(request: Request) -> list[str]:
    found = [name for text in request.query_params.getlist("type") for name in text.split(",") if name]
    for name in found:
        if not name.isprintable():
            raise ValidationError({"type": [f"{name!r} is no event type; give names such as camera.offline."]})
    return found
