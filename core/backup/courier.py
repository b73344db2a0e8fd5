"""The courier of one target: connects, and makes its copies one after the other until nothing is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import tzinfo

from django.db import DatabaseError
from pydantic import BaseModel

from core.backup import ledger, reporting
from core.backup.delivery import Delivered, Delivery
from core.backup.expiry import expired, remove
from core.backup.ledger import Lost
from core.backup.models import Copy, State, Target
from core.backup.restoring import next_restore, restore
from core.backup.sources import Gone, Read, open_source
from core.backup.targets import accounted, connected, settings_of, spec_of
from core.backup.throttle import Throttle
from core.backup.window import is_open
from core.hookspecs.backup import BackupError, BackupTarget, BackupTrouble
from core.hookspecs.storage import StorageError
from core.media.clock import Clock
from core.recording.volumes import open_volumes

log = logging.getLogger("eyrie.backup")
RENEW_S = 1.0


class Stopping(Exception):
    """This process has to end."""


class Closed(Exception):
    """The hours in which the target may be sent to are over."""


class Courier:
    """Serves one target for one round. It runs in a thread of its own; the target was claimed for it.

    wait: sleeps that long, and raises Stopping once the process has to end. read: bytes of a recording.
    """

    def __init__(
        self, target: Target, read: Read, zone: Callable[[], tzinfo], clock: Clock, wait: Callable[[float], None]
    ) -> None:
        self._target, self._read, self._zone, self._clock, self._wait = target, read, zone, clock, wait
        self._throttle = Throttle(target.cap, clock, self._hold_back)
        self._renewed = clock.monotonic()

    def run(self) -> None:
        """Serve until nothing is due, the window closes, the target is in trouble, or the process ends."""
        try:
            self._serve()
        except BackupError as error:
            self._in_trouble(error)
        except Lost:
            log.info("backup target %s is no longer ours to serve", self._target.name)
        except DatabaseError as error:
            log.warning("the database does not answer: %s; backups wait for it", error)
            return  # the claim lapses
        except (Stopping, Closed):
            pass
        ledger.release_target(self._target)
        reporting.tell(self._target.pk)

    def _serve(self) -> None:
        kind, settings = self._target.kind, settings_of(self._target)
        passing = (Lost, Stopping, Closed, DatabaseError)
        accounted(kind, lambda: self._connected(kind, settings), passing)

    def _connected(self, kind: str, settings: BaseModel) -> bool:
        resumes = spec_of(kind).resumes
        with connected(kind, settings) as connection:
            self._remove_expired(connection)
            while self._restored(connection) or self._copied(connection, resumes):
                self._renew()
        return True

    def _remove_expired(self, connection: BackupTarget) -> None:
        """Remove the copies whose time at the target is over, which makes room for others."""
        if not is_open(self._target.window, self._clock.wall_ms(), self._zone()):
            return
        while batch := list(expired(self._target.pk, self._clock.wall_ms())):
            for copy in batch:
                remove(copy, connection, self._note)
            ledger.reached(self._target)

    def _restored(self, connection: BackupTarget) -> bool:
        """Bring one segment back, if one waits: somebody asked for it."""
        row = next_restore(self._target.pk)
        if row is None:
            return False
        volumes, _ = open_volumes()
        restore(row, connection, volumes, self._clock, self._note)
        ledger.reached(self._target)
        return True

    def _copied(self, connection: BackupTarget, resumes: bool) -> bool:
        """Make the next copy, if one is due now."""
        now_ms = self._clock.wall_ms()
        if not is_open(self._target.window, now_ms, self._zone()):
            return False
        copy = ledger.due(self._target.pk, now_ms).first()
        if copy is None:
            return False
        if not ledger.begin(copy):
            return True
        if copy.attempts >= ledger.ATTEMPTS:
            self._file_failed(copy, "The process ended each time it worked on this; its log says why.")
        else:
            self._make(copy, connection, resumes)
        return True

    def _make(self, copy: Copy, connection: BackupTarget, resumes: bool) -> None:
        from core.media.pictures import PictureError  # PyAV only where there is something to do

        try:
            arrived = self._deliver(copy, connection, resumes)
        except (Gone, PictureError) as error:
            ledger.settle(copy, State.MISSED, self._clock.wall_ms(), error=str(error))
        except StorageError as error:
            ledger.postpone(copy, str(error), self._clock.wall_ms())
        except BackupError as error:
            if error.trouble is not BackupTrouble.FILE:
                ledger.wait_again(copy)
                raise
            self._file_failed(copy, str(error))
        except (Stopping, Closed, DatabaseError):
            ledger.wait_again(copy)
            raise
        else:
            ledger.settle(copy, State.DONE, self._clock.wall_ms(), sent=arrived.size, **asdict(arrived))
            ledger.reached(self._target)

    def _deliver(self, copy: Copy, connection: BackupTarget, resumes: bool) -> Delivered:
        source = open_source(copy, self._read)
        delivery: Delivery

        def note(size: int) -> None:
            copy.size, copy.sent = source.size, delivery.sent
            self._note(size, copy)

        delivery = Delivery(copy, source, connection, resumes, note)
        return delivery.run()

    def _note(self, size: int, copy: Copy | None = None) -> None:
        """Bytes went over the line: keep to the cap, show life and progress, and see whether to go on."""
        self._throttle.passed(size)
        self._wait(0)
        if self._clock.monotonic() - self._renewed >= RENEW_S:
            self._renew()
            if copy is not None:
                ledger.progress(copy, copy.size, copy.sent)
                reporting.tell(self._target.pk)
                if not is_open(self._target.window, self._clock.wall_ms(), self._zone()):
                    raise Closed

    def _hold_back(self, seconds: float) -> None:
        """Wait for the cap, without the claim lapsing."""
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            self._wait(min(left, RENEW_S))
            if self._clock.monotonic() - self._renewed >= RENEW_S:
                self._renew()

    def _renew(self) -> None:
        self._renewed = self._clock.monotonic()
        ledger.renew(self._target, self._clock.wall_ms())

    def _file_failed(self, copy: Copy, why: str) -> None:
        if ledger.failed(copy, why, self._clock.wall_ms()):
            log.warning("%s could not be copied to %s: %s", copy.path, self._target.name, why)
            reporting.copy_failed(self._target, copy, why, self._clock.wall_ms())

    def _in_trouble(self, error: BackupError) -> None:
        if not self._target.trouble:
            log.warning("backup target %s: %s", self._target.name, error)
        ledger.unreachable(self._target, error, self._clock.wall_ms())
        reporting.target_failed(self._target, self._clock.wall_ms())
