"""The backup process: looks what there is to copy, and gives each target that has work a courier in a thread."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import tzinfo

from django.db import DatabaseError, close_old_connections, connections

from core.backup import expiry, ledger, reporting
from core.backup.courier import Courier, Stopping
from core.backup.models import UNSETTLED, Plan, Restore, Target
from core.backup.planning import Planner
from core.backup.window import is_open
from core.media.clock import Clock
from core.recording.reading import Readers

log = logging.getLogger("eyrie.backup")
TICK_S = 1.0
LOOK_S = 10.0
MOST = 4
"""Targets that are served at once: each is a thread, a connection, and its part of the disks' reading."""


class Runner:
    """Works until `stop` is set. beat: called about every second, whatever the targets do."""

    def __init__(
        self, zone: Callable[[], tzinfo], clock: Clock, stop: threading.Event, beat: Callable[[], None]
    ) -> None:
        self._zone, self._clock, self._stop, self._beat = zone, clock, stop, beat
        self._owner = secrets.token_hex(8)
        self._planner = Planner(beat)
        self._readers = Readers()
        self._couriers: dict[int, threading.Thread] = {}
        self._looked: float | None = None
        self._reachable = True

    def run(self) -> None:
        """Look every ten seconds for what is new, every second for targets to serve."""
        while not self._stop.is_set():
            self._beat()
            try:
                self.tick()
                self._reachable = True
            except DatabaseError as error:
                if self._reachable:
                    log.warning("the database does not answer: %s; backups wait for it", error)
                self._reachable = False
            close_old_connections()
            self._stop.wait(TICK_S)
        for thread in self._couriers.values():
            thread.join(timeout=5)
        self._readers.close()

    def tick(self) -> None:
        """One look."""
        now = self._clock.monotonic()
        if self._looked is None or now - self._looked >= LOOK_S:
            self._looked = now
            self.look()
        self._couriers = {pk: thread for pk, thread in self._couriers.items() if thread.is_alive()}
        for target in Target.objects.filter(enabled=True):
            if len(self._couriers) >= MOST:
                return
            if target.pk not in self._couriers and (courier := self.courier(target)) is not None:
                thread = threading.Thread(target=_serve, args=(courier,), name=f"courier-{target.pk}", daemon=True)
                self._couriers[target.pk] = thread
                thread.start()

    def look(self) -> None:
        """Add the copies that plans lack, and tell how they stand."""
        now_ms, zone = self._clock.wall_ms(), self._zone()
        for plan in Plan.objects.select_related("target").filter(enabled=True):
            self._beat()
            if self._planner.look(plan, now_ms, zone):
                reporting.tell(plan.target_id)
            reporting.look(plan, now_ms)
            expiry.forget_unneeded(plan, now_ms)

    def _has_work(self, target: Target) -> bool:
        now_ms = self._clock.wall_ms()
        if now_ms < target.retry_ms:
            return False
        if Restore.objects.filter(target=target, state__in=UNSETTLED).exists():
            return True
        if not is_open(target.window, now_ms, self._zone()):
            return False
        return (
            ledger.due(target.pk, now_ms).exists()
            or ledger.interrupted(target.pk)
            or next(expiry.expired(target.pk, now_ms), None) is not None
        )

    def courier(self, target: Target) -> Courier | None:
        """A courier for a target that has work and no courier, its claim taken; None for any other."""
        if not self._has_work(target):
            return None
        claimed = ledger.claim_target(target.pk, self._owner, self._clock.wall_ms())
        if claimed is None:
            return None
        return Courier(claimed, self._readers.read_now, self._zone, self._clock, self._wait)

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds) if seconds else self._stop.is_set():
            raise Stopping


def _serve(courier: Courier) -> None:
    try:
        courier.run()
    finally:
        connections.close_all()
