"""The exporter: takes one export after the other. It runs while some wait (core.exports.wanting)."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from django.db import close_old_connections

from core.exports import claims
from core.exports.archive import DiskFull, archive_path
from core.exports.claims import Cancelled, Lost
from core.exports.job import Job, NothingToExport, Stopping
from core.exports.models import Export, State
from core.exports.signing import KeyTrouble, Signer
from core.hookspecs.storage import StorageError
from core.media.clock import Clock
from core.recording.reading import Readers
from core.tasks.database import MayBeAway

log = logging.getLogger("eyrie.exports")
LOOK_S = 1.0


class Exporter:
    """Works until `stop` is set. beat: called at least every few seconds, also in the middle of the work."""

    def __init__(
        self,
        folder: Path,
        signer: Callable[[], Signer],
        zone: Callable[[], tzinfo],
        keep_days: int,
        clock: Clock,
        stop: threading.Event,
        beat: Callable[[], None],
    ) -> None:
        self._folder, self._signer, self._zone, self._keep_days = folder, signer, zone, keep_days
        self._clock, self._stop, self._beat = clock, stop, beat
        self._owner = secrets.token_hex(8)
        self._readers = Readers()
        self._database = MayBeAway(log, "exports wait for it")

    def run(self) -> None:
        """Look for work, every second."""
        while not self._stop.is_set():
            self._beat()
            worked = False
            with self._database:
                worked = self.work()
            if not worked:
                close_old_connections()
                self._stop.wait(LOOK_S)
        self._readers.close()

    def work(self) -> bool:
        """Make one export, if one waits; whether there was one."""
        export = claims.claim(self._owner, self._clock.wall_ms())
        if export is None:
            return False
        if export.attempts > claims.ATTEMPTS:
            self._fail(export, f"The exporter ended {claims.ATTEMPTS} times while it worked on this; its log says why.")
            return True
        log.info("export %d of %s begins", export.pk, export.requester)
        try:
            self._make(export)
        except Lost:
            archive_path(self._folder, export.pk).unlink(missing_ok=True)
            log.info("export %d is no longer wanted", export.pk)
        return True

    def _make(self, export: Export) -> None:
        from core.exports.burning import BurningFailed  # PyAV only where there is something to do

        try:
            zone, signer = self._zone(), self._signer()
            job = Job(export, self._folder, signer, self._readers.read_now, zone, self._clock, self._keep_days)
            job.tick = self._tick
            job.run()
            log.info("export %d is done: %d bytes", export.pk, export.size)
        except Stopping:
            claims.release(export)
        except Cancelled:
            claims.finish(export, State.CANCELLED, finished_ms=self._clock.wall_ms())
            log.info("export %d was cancelled", export.pk)
        except (DiskFull, NothingToExport, BurningFailed, StorageError, KeyTrouble) as error:
            self._fail(export, str(error))
        except OSError as error:
            self._fail(export, f"The archive cannot be written ({error}).")

    def _fail(self, export: Export, why: str) -> None:
        claims.finish(export, State.FAILED, error=why[:500], finished_ms=self._clock.wall_ms())
        log.warning("export %d failed: %s", export.pk, why)

    def _tick(self) -> None:
        self._beat()
        if self._stop.is_set():
            raise Stopping
