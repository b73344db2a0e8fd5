"""Asking a directory for one name and password. One that is away is not asked again for a while: nobody waits twice."""

from __future__ import annotations

import logging
import threading

from core.directories.kinds import accounted, settings_of, spec_of
from core.directories.models import Directory
from core.hookspecs.directories import DirectoryError, DirectoryTrouble, Person, Refusal
from core.media.clock import Clock, SystemClock

log = logging.getLogger("eyrie.directories")
AWAY_S = 20.0


class Asking:
    """Remembers, in this process, which directories are away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._away: dict[int, tuple[float, DirectoryError, object]] = {}

    def sign_in(self, directory: Directory, name: str, password: str) -> Person | Refusal:
        """Who this is. Raises DirectoryError, at once when the directory was away a moment ago."""
        with self._lock:
            until, error, settings = self._away.get(directory.pk, (0.0, None, None))
        if error is not None and self._clock.monotonic() < until and settings == directory.settings:
            raise error
        try:
            answer = self._asked(directory, name, password)
        except DirectoryError as trouble:
            self._failed(directory, trouble)
            raise
        with self._lock:
            back = self._away.pop(directory.pk, None)
        if back is not None:
            log.info("the directory %s answers again", directory.title)
        return answer

    def _asked(self, directory: Directory, name: str, password: str) -> Person | Refusal:
        ask = spec_of(directory.kind).sign_in
        if ask is None:
            return Refusal.UNKNOWN
        settings = settings_of(directory)
        return accounted(directory.kind, lambda: ask(settings, name, password))

    def _failed(self, directory: Directory, trouble: DirectoryError) -> None:
        with self._lock:
            known = directory.pk in self._away
            # One that refuses costs nobody time, and may be mended the next moment.
            seconds = AWAY_S if trouble.trouble is DirectoryTrouble.AWAY else 0.0
            self._away[directory.pk] = (self._clock.monotonic() + seconds, trouble, directory.settings)
        if not known:
            log.warning("the directory %s cannot be asked: %s", directory.title, trouble)


asking = Asking(SystemClock())
