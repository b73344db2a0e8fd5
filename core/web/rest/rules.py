"""Rules: list, make, change, try; what they can be made of; when one would have fired."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.clock import SystemClock
from core.pluginhost import UnknownName
from core.rules import queries, services
from core.rules.checking import parsed
from core.rules.definition import Definition
from core.rules.dry_run import dry_run
from core.rules.models import Rule
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said

VIEW, MANAGE = "rule.view", "rule.manage"
DAYS = 14


class RuleOutput(serializers.Serializer[Rule]):
    """A rule. problems: why it does not do all that it says; fired: how often, in all that is kept, and when last."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    enabled = serializers.BooleanField()
    definition = serializers.DictField()
    problems = serializers.ListField(child=serializers.CharField())
    fired = serializers.IntegerField()
    last_fired = serializers.CharField(allow_null=True)


class RulesOutput(serializers.Serializer[dict[str, Any]]):
    """All rules by name. given_up: how many deliveries wait for a person."""

    results = RuleOutput(many=True)
    given_up = serializers.IntegerField()


class RuleInput(serializers.Serializer[dict[str, Any]]):
    """A rule. definition: as docs/rules.md describes it; secrets that come back masked stay as they are."""

    name = serializers.CharField(max_length=100)
    enabled = serializers.BooleanField(default=True)
    definition = serializers.DictField()


class RuleChange(serializers.Serializer[dict[str, Any]]):
    """What is named is changed."""

    name = serializers.CharField(max_length=100, required=False)
    enabled = serializers.BooleanField(required=False)
    definition = serializers.DictField(required=False)


class TriedOutput(serializers.Serializer[dict[str, Any]]):
    """firing: by which the deliveries are found; event: what the actions are about, null when none is stored."""

    firing = serializers.IntegerField()
    event = serializers.IntegerField(allow_null=True)


class DryRunInput(serializers.Serializer[dict[str, Any]]):
    """A rule that need not be saved, and how many days back to look."""

    definition = serializers.DictField()
    days = serializers.IntegerField(min_value=1, max_value=90, default=DAYS)


class MomentOutput(serializers.Serializer[dict[str, Any]]):
    """An event for which it would have fired."""

    event = serializers.IntegerField()
    start = serializers.CharField()


class DryRunOutput(serializers.Serializer[dict[str, Any]]):
    """How often it would have fired, by local day, and the newest hundred times. held_back: how often it would have
    been its cool-down's turn. complete: false when there were too many events to look at all of them.
    """

    days = serializers.IntegerField()
    events = serializers.IntegerField()
    fired = serializers.IntegerField()
    held_back = serializers.IntegerField()
    by_day = serializers.DictField(child=serializers.IntegerField())
    moments = MomentOutput(many=True)
    complete = serializers.BooleanField()


class ChoicesOutput(serializers.Serializer[dict[str, Any]]):
    """Kinds of events, actions with the JSON schema of their settings, modes, and operators by kind of field."""

    types = serializers.ListField(child=serializers.DictField())
    actions = serializers.ListField(child=serializers.DictField())
    modes = serializers.ListField(child=serializers.CharField())
    operators = serializers.DictField()


class FieldsOutput(serializers.Serializer[dict[str, Any]]):
    """What may be asked of events of some kinds, the zones there are for them (null where they name none), and the
    names that templates may use.
    """

    fields = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]  # a field of this name
    zones = serializers.ListField(child=serializers.CharField(), allow_null=True)
    names = serializers.ListField(child=serializers.CharField())


class Rules(APIView):
    """Rules."""

    required: Required = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(operation_id="rules_list", responses=RulesOutput)
    def get(self, request: Request) -> Response:
        """All rules, secrets masked."""
        return Response({"results": [_body(rule) for rule in queries.rules()], "given_up": queries.given_up()})

    @extend_schema(request=RuleInput, responses={201: RuleOutput})
    def post(self, request: Request) -> Response:
        """Make a rule; it counts from the next event on."""
        form = RuleInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        made = services.add_rule(
            given["name"], given["definition"], enabled=given["enabled"], actor=actor(request), address=address(request)
        )
        return Response(_body(_found(made.pk)), status=201)


class OneRule(APIView):
    """One rule."""

    required: Required = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=RuleOutput)
    def get(self, request: Request, rule_id: int) -> Response:
        """The rule, secrets masked."""
        return Response(_body(_found(rule_id)))

    @extend_schema(request=RuleChange, responses=RuleOutput)
    def patch(self, request: Request, rule_id: int) -> Response:
        """Change what is named."""
        form = RuleChange(data=request.data)
        form.is_valid(raise_exception=True)
        services.change_rule(_found(rule_id), form.validated_data, actor=actor(request), address=address(request))
        return Response(_body(_found(rule_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule_id: int) -> Response:
        """Forget it; what it did stays in the log."""
        services.remove_rule(_found(rule_id), actor=actor(request), address=address(request))
        return Response(status=204)


class Try(APIView):
    """Do a rule's actions now."""

    required: Required = {"POST": MANAGE}

    @extend_schema(request=None, responses={202: TriedOutput})
    def post(self, request: Request, rule_id: int) -> Response:
        """About the newest event of its kinds; what becomes of it is in the deliveries of this firing."""
        firing = services.try_rule(_found(rule_id), actor=actor(request), address=address(request))
        return Response({"firing": firing.pk, "event": firing.event_id}, status=202)


class DryRun(APIView):
    """When a rule would have fired."""

    required: Required = {"POST": VIEW}

    @extend_schema(request=DryRunInput, responses=DryRunOutput)
    def post(self, request: Request) -> Response:
        """Ask a rule about the stored events of the last days; nothing is done."""
        form = DryRunInput(data=request.data)
        form.is_valid(raise_exception=True)
        days, definition = form.validated_data["days"], form.validated_data["definition"]
        now = SystemClock().wall_ms()
        run = dry_run(_askable(definition), now - days * queries.DAY_MS, now)
        moments = [{"event": event, "start": rfc3339(at)} for event, at in run.moments]
        counts = {"days": days, "events": run.events, "fired": run.fired, "held_back": run.held_back}
        return Response(counts | {"by_day": run.by_day, "moments": moments, "complete": run.complete})


class Choices(APIView):
    """What rules can be made of."""

    required: Required = {"GET": VIEW}

    @extend_schema(responses=ChoicesOutput)
    def get(self, request: Request) -> Response:
        """Kinds of events, actions, modes, operators."""
        return Response(queries.choices())


class Fields(APIView):
    """What may be asked of events."""

    required: Required = {"GET": VIEW}

    @extend_schema(parameters=[OpenApiParameter("type", str, many=True, required=True)], responses=FieldsOutput)
    def get(self, request: Request) -> Response:
        """Of events of these kinds."""
        names = [name for text in request.query_params.getlist("type") for name in text.split(",") if name]
        try:
            return Response(queries.fields_of_types(names))
        except UnknownName as error:
            raise ValidationError({"type": [str(error)]}) from error


def _askable(given: dict[str, Any]) -> Definition:
    """A dry run asks what would fire, not what would be done: it may be asked before there is an action."""
    if given.get("actions"):
        return parsed(given)
    return parsed(given | {"actions": [{"name": "none"}]})


def _found(rule_id: int) -> Rule:
    rule = queries.rules().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("No such rule.")
    return rule


def _body(rule: Any) -> dict[str, Any]:
    definition, problems = queries.shown_definition(rule)
    last = None if rule.fired_ms is None else rfc3339(rule.fired_ms)
    facts = {"id": rule.pk, "name": rule.name, "enabled": rule.enabled, "definition": definition}
    return facts | {"problems": [said(one) for one in problems], "fired": rule.fired, "last_fired": last}
