"""What deciding remembers: in the database for real, in a dictionary for a dry run."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from core.events.queries import events
from core.events.services import as_event
from core.hookspecs.events import Event
from core.rules.engine import MINUTE_MS
from core.rules.models import Firing, LastFired

MOST_LOOKED_AT = 200
"""Events that are looked at for `also`: beyond so many in its time, older ones do not count."""


class Frequency:
    """How often each rule fired within the last minute."""

    def __init__(self) -> None:
        self._fired: dict[int, deque[int]] = defaultdict(deque)

    def note(self, rule_id: int, at_ms: int) -> None:
        """It fires now."""
        self._fired[rule_id].append(at_ms)

    def within_minute(self, rule_id: int, at_ms: int) -> int:
        """How often, in the minute before."""
        fired = self._fired[rule_id]
        while fired and fired[0] <= at_ms - MINUTE_MS:
            fired.popleft()
        return len(fired)


class StoredMemory:
    """Reads each rule's last firings once and keeps them, for as long as nobody else decides; `save` writes what one
    batch of events has changed. How often rules fire need not outlast a restart: it slows down what runs wild.
    """

    def __init__(self) -> None:
        self._frequency = Frequency()
        self._last: dict[int, dict[int, int]] = {}
        self._fired: set[tuple[int, int]] = set()
        self._changed: dict[tuple[int, int], int] = {}

    def forget(self) -> None:
        """Another process has decided meanwhile, or what was noted has not been written."""
        self._last, self._fired, self._changed = {}, set(), {}

    def last_fired(self, rule_id: int, camera: int) -> int | None:
        """Of the database, or of this batch."""
        if rule_id not in self._last:
            rows = LastFired.objects.filter(rule_id=rule_id).values_list("camera_id", "at_ms")
            self._last[rule_id] = dict(rows)
        return self._last[rule_id].get(camera)

    def fired_within_minute(self, rule_id: int, at_ms: int) -> int:
        """As this process saw it."""
        return self._frequency.within_minute(rule_id, at_ms)

    def note_fired(self, rule_id: int, camera: int, event: Event, at_ms: int) -> None:
        """To be written by `save`."""
        last = max(event.start_ms, self.last_fired(rule_id, camera) or 0)
        self._last[rule_id][camera] = self._changed[rule_id, camera] = last
        self._fired.add((rule_id, event.id))
        self._frequency.note(rule_id, at_ms)

    def has_fired(self, rule_id: int, event_id: int) -> bool:
        """In this batch or before."""
        return (rule_id, event_id) in self._fired or Firing.objects.filter(rule_id=rule_id, event_id=event_id).exists()

    def events(self, types: Sequence[str], camera_id: int | None, start_ms: int, end_ms: int) -> Iterable[Event]:
        """Of the event store."""
        return stored_events(types, camera_id, start_ms, end_ms)

    def save(self) -> None:
        """Write when which rule last fired, in the transaction of the batch."""
        rows = [LastFired(rule_id=rule, camera_id=camera, at_ms=at) for (rule, camera), at in self._changed.items()]
        LastFired.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["rule", "camera_id"], update_fields=["at_ms"]
        )
        self._changed, self._fired = {}, set()


class ImaginedMemory:
    """For a dry run: nothing is written, and the minute is that of the events."""

    def __init__(self) -> None:
        self._frequency = Frequency()
        self._last: dict[tuple[int, int], int] = {}
        self._fired: set[tuple[int, int]] = set()

    def last_fired(self, rule_id: int, camera: int) -> int | None:
        """In this run."""
        return self._last.get((rule_id, camera))

    def fired_within_minute(self, rule_id: int, at_ms: int) -> int:
        """In this run."""
        return self._frequency.within_minute(rule_id, at_ms)

    def note_fired(self, rule_id: int, camera: int, event: Event, at_ms: int) -> None:
        """In this run."""
        self._last[rule_id, camera] = max(event.start_ms, self._last.get((rule_id, camera), 0))
        self._fired.add((rule_id, event.id))
        self._frequency.note(rule_id, at_ms)

    def has_fired(self, rule_id: int, event_id: int) -> bool:
        """In this run."""
        return (rule_id, event_id) in self._fired

    def events(self, types: Sequence[str], camera_id: int | None, start_ms: int, end_ms: int) -> Iterable[Event]:
        """Of the event store."""
        return stored_events(types, camera_id, start_ms, end_ms)


def stored_events(types: Sequence[str], camera_id: int | None, start_ms: int, end_ms: int) -> Iterator[Event]:
    """Events of a short time, newest first, not more than MOST_LOOKED_AT."""
    cameras = [camera_id] if camera_id is not None else []
    rows = events(types=types, camera_ids=cameras, start_ms=start_ms, end_ms=end_ms + 1)[:MOST_LOOKED_AT]
    return map(as_event, rows)
