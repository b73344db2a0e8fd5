"""When a rule would have fired: it is asked about stored events, and nothing is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from core.events.queries import events
from core.events.services import as_event
from core.rules.definition import Definition
from core.rules.engine import CompiledRule, Outcome, Rulebook
from core.rules.memory import ImaginedMemory
from core.rules.surroundings import surroundings

MOST_EVENTS = 100_000
MOST_SHOWN = 100


@dataclass(slots=True)
class DryRun:
    """What would have been. events: that were looked at; fired: how often; held_back: how often it would have cooled
    down or fired too often; by_day: firings by local date; moments: the newest firings, id and start in ms UTC of the
    event. complete: False when there were more than MOST_EVENTS, of which the newest were looked at.
    """

    events: int = 0
    fired: int = 0
    held_back: int = 0
    by_day: dict[str, int] = field(default_factory=dict)
    moments: list[tuple[int, int]] = field(default_factory=list)
    complete: bool = True


def dry_run(definition: Definition, start_ms: int, end_ms: int) -> DryRun:
    """Ask a rule about the events that began in [start_ms, end_ms), UTC ms. Which mode the site was in then is not
    known: it is taken to have been one that the rule asks for.
    """
    around = surroundings(definition.modes[0] if definition.modes else "")
    book = Rulebook([CompiledRule.of(0, "", definition)])
    also = definition.also.types if definition.also else []
    rows = events(types=[*definition.types, *also], start_ms=start_ms, end_ms=end_ms)
    left_out = rows.values_list("start_ms", flat=True)[MOST_EVENTS : MOST_EVENTS + 1].first()
    run = DryRun(complete=left_out is None)
    memory, days = ImaginedMemory(), Counter[str]()
    if left_out is not None:
        rows = rows.filter(start_ms__gt=left_out)
    for row in rows.reverse().iterator(2000):
        run.events += 1
        event = as_event(row)
        for verdict in book.decide(event, around, memory, at_ms=event.start_ms, chain=0):
            if verdict.outcome is not Outcome.FIRED:
                run.held_back += 1
                continue
            run.fired += 1
            day = datetime.fromtimestamp(verdict.event.start_ms / 1000, around.calendar.zone).date()
            days[day.isoformat()] += 1
            run.moments.append((verdict.event.id, verdict.event.start_ms))
    run.by_day = dict(days)
    run.moments = run.moments[-MOST_SHOWN:][::-1]
    return run
