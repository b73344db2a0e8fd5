"""What changes rules, and what people do with deliveries. Each change is audited."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from core.events.models import StoredEvent
from core.media.clock import Clock, SystemClock
from core.publishing import publish
from core.rules import deliveries
from core.rules.checking import Checked, RuleError, checked
from core.rules.deciding import write_deliveries
from core.rules.definition import Definition
from core.rules.models import Engine, Firing, Rule
from core.rules.surroundings import engine
from core.system import audit

WAKE = "rules.wake"
MOST_SENT_AGAIN = 1000


def add_rule(
    name: str, given: dict[str, Any], *, enabled: bool = True, actor: str, address: str = "", clock: Clock | None = None
) -> Rule:
    """Make a rule; it counts from the next event on. Raises RuleError."""
    found = checked(given)
    rule = Rule(name=_named(name), enabled=enabled, created_ms=(clock or SystemClock()).wall_ms())
    _store(rule, found, {}, "rule.create", actor, address)
    return rule


def change_rule(rule: Rule, changes: dict[str, Any], *, actor: str, address: str = "") -> Rule:
    """Change what is named of `name`, `enabled`, `definition`. Raises RuleError and changes nothing."""
    before = shown(rule)
    rule.name = _named(changes.get("name", rule.name))
    rule.enabled = changes.get("enabled", rule.enabled)
    found = None
    if "definition" in changes:
        found = checked(changes["definition"], Definition.model_validate(rule.definition))
    _store(rule, found, before, "rule.change", actor, address)
    return rule


def remove_rule(rule: Rule, *, actor: str, address: str = "") -> None:
    """Forget a rule; what it did stays in the log."""
    with transaction.atomic():
        audit.record(actor, "rule.delete", f"rule:{rule.pk}", before=shown(rule), after={}, address=address)
        rule.delete()
        _changed()


def try_rule(rule: Rule, *, actor: str, address: str = "", clock: Clock | None = None) -> Firing:
    """Do its actions now, about the newest stored event of its kinds, or about none when there is none."""
    definition = Definition.model_validate(rule.definition)
    now = (clock or SystemClock()).wall_ms()
    newest = StoredEvent.objects.filter(type__in=definition.types).order_by("-start_ms", "-id")
    if definition.cameras:
        newest = newest.filter(camera_id__in=definition.cameras)
    with transaction.atomic():
        firing = Firing.objects.create(rule=rule, rule_name=rule.name, event=newest.first(), at_ms=now)
        write_deliveries([(firing, definition, 0)], now)
        audit.record(actor, "rule.try", f"rule:{rule.pk}", address=address)
        transaction.on_commit(_deliver)
    return firing


def send_again(ids: Sequence[int], *, actor: str, address: str = "", clock: Clock | None = None) -> int:
    """Try deliveries anew that were given up. Returns how many of these are such."""
    with transaction.atomic():
        count = deliveries.send_again(ids[:MOST_SENT_AGAIN], (clock or SystemClock()).wall_ms())
        if count:
            audit.record(actor, "delivery.send_again", "deliveries", after={"ids": list(ids)}, address=address)
            transaction.on_commit(_deliver)
    return count


def shown(rule: Rule) -> dict[str, Any]:
    """A rule for the audit log: without the settings of its actions, which may hold secrets."""
    definition = {key: value for key, value in rule.definition.items() if key != "actions"}
    actions = [action["name"] for action in rule.definition.get("actions", ())]
    return {"name": rule.name, "enabled": rule.enabled, "definition": definition, "actions": actions}


def _store(rule: Rule, found: Checked | None, before: dict[str, Any], deed: str, actor: str, address: str) -> None:
    if found is not None:
        rule.definition = found.stored
    try:
        with transaction.atomic():
            rule.save()
            audit.record(actor, deed, f"rule:{rule.pk}", before=before, after=shown(rule), address=address)
            _changed()
    except IntegrityError:
        raise RuleError({"name": f"another rule is called {rule.name!r}; choose another name."}) from None


def _changed() -> None:
    """The rules are others now: whoever decides reads them anew."""
    Engine.objects.filter(pk=engine().pk).update(revision=F("revision") + 1)


def _named(name: str) -> str:
    if not name.strip() or len(name) > 100:
        raise RuleError({"name": "give it 1 to 100 characters."})
    return name.strip()


_deliver = partial(publish, WAKE, {"type": "rules.deliver"})
