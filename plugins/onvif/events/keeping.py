"""From readings to Eyrie's events: a state begins and ends one, a moment is one.

What a device tells when one subscribes (`Initialized`) is how things stand, not that something happened: a state heard
of for the first time makes no event, one that has changed while nobody listened does.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable

from core.api import Clock
from plugins.onvif.events.meanings import Reading
from plugins.onvif.models import Standing

MOST_STATES = 500
"""States kept of one camera; beyond, the one that was told of longest ago is forgotten."""
SETTLE_MS = 30_000
"""What a device has not told again so long after a new subscription no longer goes on."""
SAME_MOMENT_MS = 300
INITIALIZED, DELETED = "initialized", "deleted"
log = logging.getLogger("eyrie.onvif")


class Keeper:
    """Of one camera. Blocks on the database; used by one thread."""

    def __init__(self, camera_id: int, clock: Clock) -> None:
        self.camera_id = camera_id
        self._clock = clock
        self._states: OrderedDict[tuple[str, str], Standing] = OrderedDict()
        for row in Standing.objects.filter(camera_id=camera_id).order_by("changed_ms"):
            self._states[row.type, row.about] = row
        self._unconfirmed = set(self._going_on())
        self._settle_ms: int | None = None
        self._moments: dict[tuple[str, str], int] = {}

    def hear(self, reading: Reading, operation: str) -> None:
        """Take what a camera said."""
        operation = operation.lower()
        if reading.on is None:
            if operation != INITIALIZED:
                self._moment(reading)
            return
        on = reading.on and operation != DELETED
        key = reading.type_name, reading.about
        self._unconfirmed.discard(key)
        row = self._states.get(key)
        if row is None:
            self._meet(reading, on, began=operation != INITIALIZED)
        elif row.on != on:
            self._change(row, reading, on)
        self._states.move_to_end(key)

    def connected(self) -> None:
        """A new subscription: what goes on is told again, or goes on no longer."""
        self._unconfirmed = set(self._going_on())
        self._settle_ms = self._clock.wall_ms() + SETTLE_MS

    def settle(self) -> None:
        """End what was not told again. Called now and then."""
        if self._settle_ms is None or self._clock.wall_ms() < self._settle_ms:
            return
        self._settle_ms = None
        self._end(self._unconfirmed)

    def lost(self) -> None:
        """The device is away for good: nothing of it is known to go on."""
        self._settle_ms = None
        self._end(set(self._going_on()))

    def _going_on(self) -> Iterable[tuple[str, str]]:
        return (key for key, row in self._states.items() if row.on and row.event_id is not None)

    def _end(self, keys: Iterable[tuple[str, str]]) -> None:
        for key in keys:
            self._store(self._states[key], on=False)

    def _meet(self, reading: Reading, on: bool, *, began: bool) -> None:
        row = Standing(camera_id=self.camera_id, type=reading.type_name, about=reading.about, on=False)
        self._states[row.type, row.about] = row
        if len(self._states) > MOST_STATES:
            self._forget()
        if on and began:
            self._change(row, reading, on)
        else:
            self._store(row, on=on)

    def _change(self, row: Standing, reading: Reading, on: bool) -> None:
        self._store(row, on=on, event_id=self._record(reading, lasts=True) if on else None)

    def _store(self, row: Standing, *, on: bool, event_id: int | None = None) -> None:
        from core.api.services import close_event

        now = self._clock.wall_ms()
        if row.event_id is not None:
            close_event(row.event_id, now)
        row.on, row.event_id, row.changed_ms = on, event_id, now
        row.save()

    def _forget(self) -> None:
        key, row = self._states.popitem(last=False)
        self._unconfirmed.discard(key)
        self._store(row, on=False)
        row.delete()

    def _moment(self, reading: Reading) -> None:
        """Devices send some moments twice."""
        now, key = self._clock.wall_ms(), (reading.type_name, reading.about)
        self._moments = {one: at for one, at in self._moments.items() if now - at < SAME_MOMENT_MS}
        if key not in self._moments:
            self._record(reading, lasts=False)
        self._moments[key] = now

    def _record(self, reading: Reading, *, lasts: bool) -> int | None:
        from core.api.services import EventError, record_event

        now = self._clock.wall_ms()
        try:
            return record_event(reading.type_name, self.camera_id, now, None if lasts else now, reading.attributes).id
        except EventError as error:
            log.warning("an event of camera %s is not kept: %s", self.camera_id, error)
            return None
