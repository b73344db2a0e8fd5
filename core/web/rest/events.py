"""Events: the list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.events import queries
from core.events.models import StoredEvent
from core.web.rest.conventions import NewestFirst, integers
from core.web.rest.times import optional_time, rfc3339

ORDERS = {"newest": ("-start_ms", "-id"), "oldest": ("start_ms", "id")}


class InOrder(NewestFirst):
    """Newest first, or with `?order=oldest` the other way round."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        """By `order`. Raises ValidationError."""
        asked = request.query_params.get("order", "newest")
        if asked not in ORDERS:
            raise ValidationError({"order": [f"there is no {asked!r}; give newest or oldest."]})
        return ORDERS[asked]


class EventTypeOutput(serializers.Serializer[dict[str, Any]]):
    """A kind of event."""

    name = serializers.CharField()
    title = serializers.CharField()


class EventOutput(serializers.ModelSerializer[StoredEvent]):
    """One event; `end` is null while it lasts or when it is a moment."""

    camera = serializers.IntegerField(source="camera_id", allow_null=True)
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    attributes = serializers.DictField()

    class Meta:
        model = StoredEvent
        fields = ["id", "type", "camera", "start", "end", "attributes"]

    def get_start(self, event: StoredEvent) -> str:
        """RFC 3339."""
        return rfc3339(event.start_ms)

    def get_end(self, event: StoredEvent) -> str | None:
        """RFC 3339."""
        return None if event.end_ms is None else rfc3339(event.end_ms)


class Events(ListAPIView[StoredEvent]):
    """Events of the cameras one holds `event.view` for; those of no camera take it everywhere."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})
    serializer_class = EventOutput
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[StoredEvent]:
        """Filtered by rights and by `camera`, `type`, `start`, `end`, `text`."""
        query = self.request.query_params
        found = queries.events(
            types=_types(self.request),
            camera_ids=integers(self.request, "camera"),
            start_ms=optional_time(query, "start"),
            end_ms=optional_time(query, "end"),
            text=query.get("text", ""),
        )
        return rights_for(self.request).filter(found, "event.view", "camera_id")

    @extend_schema(
        parameters=[
            OpenApiParameter("camera", int, many=True, description="Only these cameras' events."),
            OpenApiParameter("type", str, many=True, description="Only these types, such as `camera.offline`."),
            OpenApiParameter("start", str, description="From this time on (RFC 3339)."),
            OpenApiParameter("end", str, description="Before this time (RFC 3339)."),
            OpenApiParameter("text", str, description="With this in their type's title or their attributes."),
            OpenApiParameter("order", str, enum=[*ORDERS], description="Newest first without it."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Events page by page."""
        return super().get(request, *args, **kwargs)


class EventTypes(APIView):
    """Which kinds of events there can be."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})

    @extend_schema(responses=EventTypeOutput(many=True))
    def get(self, request: Request) -> Response:
        """Core's and the plugins' types, by name."""
        return Response([{"name": name, "title": title} for name, title in queries.event_types()])


def _types(request: Request) -> list[str]:
    found = [name for text in request.query_params.getlist("type") for name in text.split(",") if name]
    for name in found:
        if not name.isprintable():
            raise ValidationError({"type": [f"{name!r} is no event type; give names such as camera.offline."]})
    return found
