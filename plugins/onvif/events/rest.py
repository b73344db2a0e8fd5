"""Topics that cameras have sent, and what people make of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, record_audit
from plugins.onvif.events.kinds import MAPPABLE, attributes_for
from plugins.onvif.models import HeardTopic, TopicMapping

MOST_MAPPINGS = 500


class MappingInput(serializers.Serializer[dict[str, Any]]):
    """What a topic means. item: the data item that says it, empty when the notification alone does; on_value: its value
    that begins the event, empty for true, active and the like, any other ends it; type: of the event, empty to take no
    notice of the topic; title: what it is called in the event.
    """

    topic = serializers.CharField(max_length=200)
    item = serializers.CharField(max_length=200, allow_blank=True, default="")
    on_value = serializers.CharField(max_length=200, allow_blank=True, default="")
    type = serializers.ChoiceField(
        choices=[("", ""), *((kind.name, kind.title) for kind in MAPPABLE)], allow_blank=True, default=""
    )
    title = serializers.CharField(max_length=200, allow_blank=True, default="")


class MappingOutput(MappingInput):
    """A mapping as it is kept."""

    id = serializers.IntegerField()


class TopicOutput(serializers.Serializer[dict[str, Any]]):
    """A topic. known: Eyrie knows its meaning; items: its newest values by source, key and data; last_ms: UTC."""

    topic = serializers.CharField()
    known = serializers.BooleanField()
    items = serializers.DictField()
    count = serializers.IntegerField()
    last_ms = serializers.IntegerField()
    mappings = MappingOutput(many=True)


class TopicsOutput(serializers.Serializer[dict[str, Any]]):
    """All topics of a camera, and the types of events that one may be made."""

    topics = TopicOutput(many=True)
    types = serializers.ListField(child=serializers.DictField())


class Topics(APIView):
    """What a camera has told of."""

    required: Required = {"GET": "camera.manage"}

    @extend_schema(responses=TopicsOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Each topic with its newest values and what was made of it."""
        mapped: dict[str, list[dict[str, Any]]] = {}
        for row in TopicMapping.objects.all():
            mapped.setdefault(row.topic, []).append(_body(row))
        topics = [
            {
                "topic": row.topic,
                "known": row.known,
                "items": row.items,
                "count": row.count,
                "last_ms": row.last_ms,
                "mappings": mapped.get(row.topic, []),
            }
            for row in HeardTopic.objects.filter(camera_id=camera_id)
        ]
        types = [{"name": kind.name, "title": kind.title} for kind in MAPPABLE]
        return Response({"topics": topics, "types": types})


class Mappings(APIView):
    """What people made of topics, for all cameras."""

    required: Required = {"GET": "system.settings", "POST": "system.settings"}

    @extend_schema(operation_id="onvif_mappings_list", responses=MappingOutput(many=True))
    def get(self, request: Request) -> Response:
        """All of them."""
        return Response([_body(row) for row in TopicMapping.objects.all()])

    @extend_schema(request=MappingInput, responses={201: MappingOutput})
    def post(self, request: Request) -> Response:
        """Map a topic's item, in place of what it was mapped to before. Listened to within seconds."""
        form = MappingInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        known = TopicMapping.objects.filter(topic=given["topic"], item=given["item"]).first()
        if known is None and TopicMapping.objects.count() >= MOST_MAPPINGS:
            raise serializers.ValidationError({"topic": [f"there are {MOST_MAPPINGS} mappings; remove some."]})
        row = known or TopicMapping(topic=given["topic"], item=given["item"])
        row.on_value, row.type = given["on_value"], given["type"]
        row.attributes = {"title": given["title"]} | attributes_for(given["type"], given["title"])
        row.save()
        record_audit(request.user.get_username(), "onvif.map", f"topic:{row.topic}", after=_body(row))
        return Response(_body(row), status=201)


class OneMapping(APIView):
    """One mapping."""

    required: Required = {"DELETE": "system.settings"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, mapping_id: int) -> Response:
        """Forget it: the topic means again what Eyrie knows, or nothing."""
        row = TopicMapping.objects.filter(pk=mapping_id).first()
        if row is None:
            raise NotFound("No such mapping.")
        record_audit(request.user.get_username(), "onvif.unmap", f"topic:{row.topic}", before=_body(row))
        row.delete()
        return Response(status=204)


def _body(row: TopicMapping) -> dict[str, Any]:
    title = row.attributes.get("title", "")
    return {
        "id": row.pk,
        "topic": row.topic,
        "item": row.item,
        "on_value": row.on_value,
        "type": row.type,
        "title": title,
    }
