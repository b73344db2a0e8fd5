"""Deciding: which rules an event fires. Pure, but for what `Memory` remembers and looks up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.calendar.hours import Calendar
from core.hookspecs.events import Event
from core.rules.conditions import Matches, compiled
from core.rules.definition import Definition
from core.rules.zones import is_in

LONGEST_CHAIN = 4
"""An event that follows from so many rules, one by the other, fires none: the circle ends here."""
LATE_MS = 15 * 60_000
"""An event that is told of so long after it began is kept and fires nothing: nobody is called about yesterday."""
MINUTE_MS = 60_000


class Outcome(StrEnum):
    """What a rule that applies to an event does."""

    FIRED = "fired"
    COOLING = "cooling"  # it fired a moment ago
    THROTTLED = "throttled"  # it fires too often
    CIRCLE = "circle"  # the event follows from its own kind, over and over


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked."""

    id: int
    name: str
    definition: Definition
    matches: Matches
    also_matches: Matches

    @classmethod
    def of(cls, rule_id: int, name: str, definition: Definition) -> CompiledRule:
        """Made of what was saved."""
        also = definition.also
        return cls(
            rule_id, name, definition, compiled(definition.condition), compiled(also.condition if also else None)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule applies to an event. event: the one its actions are about, which may be an earlier one than was asked."""

    rule: CompiledRule
    event: Event
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The site as rules see it. groups: cameras by group."""

    calendar: Calendar = field(default_factory=Calendar)
    mode: str = ""
    groups: Mapping[int, frozenset[int]] = field(default_factory=dict)


class Memory(Protocol):
    """What deciding must remember from one event to the next. camera: 0 where a rule cools down as a whole."""

    def last_fired(self, rule_id: int, camera: int) -> int | None:
        """When, by the time of the event, in ms UTC."""

    def fired_within_minute(self, rule_id: int, at_ms: int) -> int:
        """How often in the minute before."""

    def note_fired(self, rule_id: int, camera: int, event: Event, at_ms: int) -> None:
        """It fires now for this event."""

    def has_fired(self, rule_id: int, event_id: int) -> bool:
        """Whether it has fired for this very event."""

    def events(self, types: Sequence[str], camera_id: int | None, start_ms: int, end_ms: int) -> Iterable[Event]:
        """Stored events that began within [start_ms, end_ms], newest first; of any camera when none is named."""


class Rulebook:
    """All rules that are switched on, found by the kind of event."""

    def __init__(self, rules: Iterable[CompiledRule] = ()) -> None:
        self.rules = list(rules)
        self._about: dict[str, list[CompiledRule]] = defaultdict(list)
        self._completed_by: dict[str, list[CompiledRule]] = defaultdict(list)
        for rule in self.rules:
            for name in dict.fromkeys(rule.definition.types):
                self._about[name].append(rule)
            also = rule.definition.also
            if also is not None and also.either_order and not also.absent:
                for name in dict.fromkeys(also.types):
                    self._completed_by[name].append(rule)

    def decide(
        self, event: Event, surroundings: Surroundings, memory: Memory, *, at_ms: int, chain: int = 0
    ) -> list[Verdict]:
        """What each rule that applies does about an event. at_ms: now, UTC; chain: rules the event follows from."""
        if at_ms - event.start_ms > LATE_MS:
            return []
        verdicts = []
        for rule in self._about.get(event.type, ()):
            if _applies(rule, event, surroundings) and _accompanied(rule, event, memory):
                verdicts.append(_verdict(rule, event, memory, at_ms, chain))
        for rule in self._completed_by.get(event.type, ()):
            found = _completes(rule, event, surroundings, memory)
            if found is not None:
                verdicts.append(_verdict(rule, found, memory, at_ms, chain))
        return verdicts


def _applies(rule: CompiledRule, event: Event, surroundings: Surroundings) -> bool:
    wanted = rule.definition
    if wanted.modes and surroundings.mode not in wanted.modes:
        return False
    if not _in_scope(wanted, event.camera_id, surroundings):
        return False
    if wanted.zones and not is_in(event, wanted.zones):
        return False
    if wanted.hours and not surroundings.calendar.applies(wanted.hours, event.start_ms):
        return False
    return rule.matches(event)


def _in_scope(wanted: Definition, camera_id: int | None, surroundings: Surroundings) -> bool:
    if not wanted.cameras and not wanted.groups:
        return True
    if camera_id in wanted.cameras:
        return True
    return any(camera_id in surroundings.groups.get(group, ()) for group in wanted.groups)


def _accompanied(rule: CompiledRule, event: Event, memory: Memory) -> bool:
    also = rule.definition.also
    if also is None:
        return True
    camera = event.camera_id if also.same_camera else None
    found = memory.events(also.types, camera, event.start_ms - also.within_seconds * 1000, event.start_ms)
    there = any(one.id != event.id and rule.also_matches(one) for one in found)
    return there is not also.absent


def _completes(rule: CompiledRule, event: Event, surroundings: Surroundings, memory: Memory) -> Event | None:
    """The earlier event that this later one completes, when it is the one the rule also asks for."""
    also = rule.definition.also
    if also is None or not rule.also_matches(event):
        return None
    camera = event.camera_id if also.same_camera else None
    earlier = memory.events(rule.definition.types, camera, event.start_ms - also.within_seconds * 1000, event.start_ms)
    for one in earlier:
        if one.id != event.id and _applies(rule, one, surroundings) and not memory.has_fired(rule.id, one.id):
            return one
    return None


def _verdict(rule: CompiledRule, event: Event, memory: Memory, at_ms: int, chain: int) -> Verdict:
    if chain >= LONGEST_CHAIN:
        return Verdict(rule, event, Outcome.CIRCLE)
    wanted = rule.definition
    camera = (event.camera_id or 0) if wanted.per_camera else 0
    last = memory.last_fired(rule.id, camera)
    if last is not None and abs(event.start_ms - last) < wanted.cool_down_seconds * 1000:
        return Verdict(rule, event, Outcome.COOLING)
    if memory.fired_within_minute(rule.id, at_ms) >= wanted.most_per_minute:
        return Verdict(rule, event, Outcome.THROTTLED)
    memory.note_fired(rule.id, camera, event, at_ms)
    return Verdict(rule, event, Outcome.FIRED)
