"""Rules, and what became of them, as lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from pydantic import BaseModel, ValidationError

from core.events.external import all_types
from core.hookspecs.actions import ActionSpec
from core.pluginhost import UnknownName, host
from core.rules import arming
from core.rules.checking import Problem, problems, specs_of, template_names
from core.rules.definition import Action, Definition
from core.rules.fields import OPS, common_fields
from core.rules.models import Delivery, Firing, Rule, State
from core.rules.templates import template_fields
from core.rules.zones import carries_zones, known_zones
from core.system.secrets import SecretsError, masked, unseal
from core.wording import first_said

DAY_MS = 86_400_000


def rules() -> QuerySet[Rule]:
    """All rules by name, with when each fired last and how often in all that is kept."""
    return Rule.objects.annotate(fired=Count("firing"), fired_ms=Max("firing__at_ms")).order_by("name")


def shown_definition(rule: Rule) -> tuple[dict[str, Any], list[str]]:
    """A rule for people, secrets masked; and sentences that say why it does not do all that it says."""
    try:
        definition = Definition.model_validate(rule.definition)
    except ValidationError as error:
        return rule.definition | {"actions": []}, [Problem(f"The rule cannot be read: {first_said(error)}")]
    shown = definition.model_dump(mode="json", by_alias=True)
    shown["actions"] = [{"name": one.name, "settings": _masked(one)} for one in definition.actions]
    return shown, problems(definition)


def deliveries(
    *,
    states: Sequence[str] = (),
    rule_id: int | None = None,
    event_id: int | None = None,
    firing_id: int | None = None,
) -> QuerySet[Delivery]:
    """Deliveries, newest first."""
    found = Delivery.objects.select_related("firing", "firing__event").order_by("-created_ms", "-id")
    if states:
        found = found.filter(state__in=states)
    for name, value in (("firing__rule_id", rule_id), ("firing__event_id", event_id), ("firing_id", firing_id)):
        if value is not None:
            found = found.filter(**{name: value})
    return found


def given_up() -> int:
    """How many deliveries wait for a person."""
    return Delivery.objects.filter(state=State.DEAD).count()


def firings_since(rule: Rule, now_ms: int, days: int = 14) -> int:
    """How often it fired in the last days."""
    return Firing.objects.filter(Q(rule=rule), at_ms__gte=now_ms - days * DAY_MS).count()


def choices() -> dict[str, Any]:
    """What a rule can be made of: kinds of events, actions with the form of their settings, modes."""
    actions = [
        {
            "name": spec.name,
            "title": spec.title,
            "schema": spec.settings.model_json_schema(),
            "templates": template_fields(spec.settings),
        }
        for spec in host().registry.all(ActionSpec)
    ]
    types = [{"name": spec.name, "title": spec.title} for spec in all_types()]
    return {"types": types, "actions": actions, "modes": arming.modes(), "operators": OPS}


def fields_of_types(names: Sequence[str]) -> dict[str, Any]:
    """What a rule may ask of events of these kinds, which zones there are for them (None where they name none), and
    what templates may name. Raises UnknownName.
    """
    specs = specs_of(names)
    fields = [
        {"name": one.name, "title": one.title, "kind": one.kind, "choices": list(one.choices), "unit": one.unit}
        for one in common_fields(specs).values()
    ]
    zones = known_zones(names) if any(map(carries_zones, specs)) else None
    return {"fields": fields, "zones": zones, "names": template_names(specs)}


def _masked(action: Action) -> dict[str, Any]:
    try:
        model: BaseModel = unseal(host().registry.get(ActionSpec, action.name).settings, action.settings)
    except (UnknownName, ValidationError, SecretsError):
        return {}  # `problems` says why
    return masked(model)
