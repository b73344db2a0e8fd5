"""Deliveries: what became of the actions of rules; and what the site is armed as."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import LARGEST_ID, Required
from core.rules import arming, queries, services
from core.rules.models import Delivery, State
from core.web.rest.conventions import NewestFirst, actor, address, integers
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said


class DeliveryOutput(serializers.ModelSerializer[Delivery]):
    """One action of one firing. event: what it is about, null when a person tried the rule without one.

    line: what the action said, or why the last attempt failed; next: when it is tried again; held_back: how many
    further events the rule would have fired for but for its cool-down or its most in a minute.
    """

    firing = serializers.IntegerField(source="firing_id")
    rule = serializers.IntegerField(source="firing.rule_id", allow_null=True)
    rule_name = serializers.CharField(source="firing.rule_name")
    event = serializers.IntegerField(source="firing.event_id", allow_null=True)
    event_type = serializers.SerializerMethodField()
    held_back = serializers.IntegerField(source="firing.held_back")
    line = serializers.SerializerMethodField()
    created = serializers.SerializerMethodField()
    next = serializers.SerializerMethodField()
    finished = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            *("id", "firing", "rule", "rule_name", "event", "event_type", "held_back", "position", "action"),
            *("state", "attempts", "line", "created", "next", "finished"),
        ]

    def get_event_type(self, delivery: Delivery) -> str:
        """Empty when there is no event."""
        return delivery.firing.event.type if delivery.firing.event else ""

    def get_line(self, delivery: Delivery) -> str:
        """In the reader's language."""
        return said(delivery.line)

    def get_created(self, delivery: Delivery) -> str:
        """RFC 3339."""
        return rfc3339(delivery.created_ms)

    def get_next(self, delivery: Delivery) -> str | None:
        """RFC 3339, while it waits to be tried again."""
        return rfc3339(delivery.next_ms) if delivery.state == State.QUEUED and delivery.attempts else None

    def get_finished(self, delivery: Delivery) -> str | None:
        """RFC 3339."""
        return None if delivery.finished_ms is None else rfc3339(delivery.finished_ms)


class ByAge(NewestFirst):
    """Newest first."""

    ordering = ("-created_ms", "-id")


class SendAgainInput(serializers.Serializer[dict[str, Any]]):
    """Deliveries that were given up."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=1000
    )


class SendAgainOutput(serializers.Serializer[dict[str, Any]]):
    """How many of them are tried anew."""

    count = serializers.IntegerField()


class ArmingBody(serializers.Serializer[dict[str, Any]]):
    """mode: what the site is armed as; modes: what it can be armed as, the built-in ones first."""

    mode = serializers.CharField(max_length=40)
    modes = serializers.ListField(child=serializers.CharField(max_length=40), read_only=True)


class ModeName(serializers.Serializer[dict[str, Any]]):
    """mode: one that a person added; name: what it is called from now on."""

    mode = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=40)


class ModesInput(serializers.Serializer[dict[str, Any]]):
    """Modes beside disarmed, home and away."""

    modes = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20)


class Deliveries(ListAPIView[Delivery]):
    """What became of the actions of rules."""

    required: Required = {"GET": "rule.view"}
    serializer_class = DeliveryOutput
    pagination_class = ByAge

    def get_queryset(self) -> QuerySet[Delivery]:
        """Filtered by `state`, `rule`, `event`, `firing`."""
        states = [name for text in self.request.query_params.getlist("state") for name in text.split(",") if name]
        for name in states:
            if name not in State.values:
                raise ValidationError({"state": [f"{name!r} is no state; give {', '.join(State.values)}."]})
        ids = {name: next(iter(integers(self.request, name)), None) for name in ("rule", "event", "firing")}
        return queries.deliveries(states=states, rule_id=ids["rule"], event_id=ids["event"], firing_id=ids["firing"])

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, many=True, enum=State.values, description="Only these."),
            OpenApiParameter("rule", int, description="Only this rule's."),
            OpenApiParameter("event", int, description="Only those about this event."),
            OpenApiParameter("firing", int, description="Only those of this firing."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)


class SendAgain(APIView):
    """Try anew what was given up."""

    required: Required = {"POST": "rule.manage"}

    @extend_schema(request=SendAgainInput, responses=SendAgainOutput)
    def post(self, request: Request) -> Response:
        """From the first attempt, with the same key, so that a receiver can drop what it got after all."""
        form = SendAgainInput(data=request.data)
        form.is_valid(raise_exception=True)
        count = services.send_again(form.validated_data["ids"], actor=actor(request), address=address(request))
        return Response({"count": count})


class Arming(APIView):
    """What the site is armed as."""

    required: Required = {"GET": "rule.view", "PUT": "site.arm"}

    @extend_schema(responses=ArmingBody)
    def get(self, request: Request) -> Response:
        """The mode, and which there are."""
        return Response({"mode": arming.mode(), "modes": arming.modes()})

    @extend_schema(request=ArmingBody, responses=ArmingBody)
    def put(self, request: Request) -> Response:
        """Arm it."""
        form = ArmingBody(data=request.data)
        form.is_valid(raise_exception=True)
        arming.arm(form.validated_data["mode"], actor=actor(request), address=address(request))
        return self.get(request)


class Modes(APIView):
    """Which modes there are."""

    required: Required = {"PUT": "rule.manage", "PATCH": "rule.manage"}

    @extend_schema(request=ModesInput, responses=ArmingBody)
    def put(self, request: Request) -> Response:
        """Set those beside the built-in ones."""
        form = ModesInput(data=request.data)
        form.is_valid(raise_exception=True)
        arming.change_modes(form.validated_data["modes"], actor=actor(request), address=address(request))
        return Response({"mode": arming.mode(), "modes": arming.modes()})

    @extend_schema(request=ModeName, responses=ArmingBody)
    def patch(self, request: Request) -> Response:
        """Call one of them otherwise; rules follow."""
        form = ModeName(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        arming.rename_mode(given["mode"], given["name"], actor=actor(request), address=address(request))
        return Response({"mode": arming.mode(), "modes": arming.modes()})
