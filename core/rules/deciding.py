"""Deciding about stored events, batch by batch: what fires is written in the transaction that marks them as decided.

So an event is decided about once, whatever dies when: before the commit nothing has happened, after it all is written.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Case, F, Value, When
from pydantic import ValidationError

from core.events.models import StoredEvent
from core.events.services import as_event, record
from core.media.clock import Clock
from core.rules.definition import Definition
from core.rules.engine import CompiledRule, Outcome, Rulebook, Verdict
from core.rules.memory import StoredMemory
from core.rules.models import Delivery, Engine, Firing, Rule, State
from core.rules.surroundings import engine, surroundings

BATCH = 500
HELD_BACK = "rules.held_back"
TELL_AGAIN_MS = 10 * 60_000
log = logging.getLogger("eyrie.rules")


@dataclass(slots=True)
class Decided:
    """What one batch came to. full: there may be more events waiting."""

    events: int = 0
    fired: int = 0
    full: bool = False


@dataclass(slots=True)
class _Written:
    """What a batch is to write."""

    fired: list[tuple[Verdict, int]] = field(default_factory=list)
    held_back: Counter[int] = field(default_factory=Counter)
    reasons: dict[int, tuple[str, Outcome]] = field(default_factory=dict)


class Decider:
    """Decides about what waits. One at a time, in whichever process: the engine's row is locked meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._memory = StoredMemory()
        self._book = Rulebook()
        self._revision = -1
        self._told: dict[int, int] = {}
        self._newest: dict[int, int] = {}  # firing of each rule, to which what it holds back is counted

    def decide(self) -> Decided:
        """Decide about the oldest events that wait, BATCH at most. Blocks on the database; raises DatabaseError."""
        if not StoredEvent.objects.filter(pending=True).exists():
            return Decided()
        try:
            with transaction.atomic():
                row = engine(lock=True)
                self._read(row)
                waiting = list(StoredEvent.objects.filter(pending=True).order_by("id")[:BATCH])
                written = self._decide(waiting, row)
                StoredEvent.objects.filter(pk__in=[one.pk for one in waiting]).update(pending=False)
        except BaseException:
            self._forget()
            raise
        self._tell(written)
        return Decided(len(waiting), len(written.fired), len(waiting) == BATCH)

    def _forget(self) -> None:
        self._memory.forget()
        self._newest.clear()

    def _read(self, row: Engine) -> None:
        if row.owner != self._owner:
            self._forget()
            Engine.objects.filter(pk=row.pk).update(owner=self._owner)
        if row.revision != self._revision:
            self._book = Rulebook(compiled_rules())
            self._revision = row.revision

    def _decide(self, waiting: list[StoredEvent], row: Engine) -> _Written:
        around, now = surroundings(row.mode), self._clock.wall_ms()
        written = _Written()
        for stored in waiting:
            verdicts = self._book.decide(as_event(stored), around, self._memory, at_ms=now, chain=stored.chain)
            for verdict in verdicts:
                if verdict.outcome is Outcome.FIRED:
                    written.fired.append((verdict, stored.chain))
                else:
                    written.held_back[verdict.rule.id] += 1
                    written.reasons[verdict.rule.id] = (verdict.rule.name, verdict.outcome)
        self._write_fired(written.fired)
        self._write_held_back(written.held_back)
        self._memory.save()
        return written

    def _write_fired(self, fired: list[tuple[Verdict, int]]) -> None:
        now = self._clock.wall_ms()
        rows = [
            Firing(rule_id=verdict.rule.id, rule_name=verdict.rule.name, event_id=verdict.event.id, at_ms=now)
            for verdict, _ in fired
        ]
        stored = Firing.objects.bulk_create(rows)
        pairs = zip(stored, fired, strict=True)
        write_deliveries([(row, verdict.rule.definition, chain) for row, (verdict, chain) in pairs], now)
        self._newest |= {row.rule_id: row.pk for row in stored if row.rule_id is not None}

    def _write_held_back(self, held_back: Counter[int]) -> None:
        counts: dict[int, int] = {}
        for rule_id, count in held_back.items():
            newest = self._newest.get(rule_id) or _newest_firing(rule_id)
            if newest is not None:
                self._newest[rule_id], counts[newest] = newest, count
        if counts:
            added = Case(*(When(pk=pk, then=Value(count)) for pk, count in counts.items()))
            Firing.objects.filter(pk__in=counts).update(held_back=F("held_back") + added)

    def _tell(self, written: _Written) -> None:
        """Say which rules fire too often or in a circle, not more than once in TELL_AGAIN_MS each."""
        now = self._clock.wall_ms()
        for rule_id, (name, outcome) in written.reasons.items():
            if outcome is Outcome.COOLING or now - self._told.get(rule_id, -TELL_AGAIN_MS) < TELL_AGAIN_MS:
                continue
            self._told[rule_id] = now
            log.warning("rule %s is held back: %s", name, outcome)
            record(HELD_BACK, None, now, now, {"rule": name, "reason": str(outcome)})


def compiled_rules() -> list[CompiledRule]:
    """All rules that are switched on and can be read."""
    found = []
    for rule in Rule.objects.filter(enabled=True).order_by("pk"):
        try:
            found.append(CompiledRule.of(rule.pk, rule.name, Definition.model_validate(rule.definition)))
        except (ValidationError, KeyError, TypeError) as error:
            log.error("rule %s cannot be read and does not fire: %s", rule.name, error)
    return found


def write_deliveries(firings: list[tuple[Firing, Definition, int]], now_ms: int) -> None:
    """Queue the actions of stored firings, to be done in their order. The number: rules that the event follows from."""
    Delivery.objects.bulk_create(
        Delivery(
            firing=firing,
            position=position,
            action=action.name,
            settings=action.settings,
            key=secrets.token_hex(16),
            chain=chain + 1,
            state=State.WAITING if position else State.QUEUED,
            next_ms=now_ms,
            created_ms=now_ms,
        )
        for firing, definition, chain in firings
        for position, action in enumerate(definition.actions)
    )


def _newest_firing(rule_id: int) -> int | None:
    return Firing.objects.filter(rule_id=rule_id).order_by("-at_ms", "-id").values_list("pk", flat=True).first()
