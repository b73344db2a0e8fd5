"""Patrols being gone: a thread of the worker sees whose turn it is, and one a camera tells that where to go."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from core.cameras.patrols import due, step
from core.media.clock import Clock
from core.tasks.database import MayBeAway
from core.tasks.looking import Looking

AT_ONCE = 4
"""Cameras that are told at once: one that does not answer takes 15 s, and the others go on meanwhile."""
log = logging.getLogger("eyrie.cameras")


class Patrolling(Looking):
    """Sees once a second whose turn it is. A camera is told by one thread at a time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("patrols", log, "patrols wait for it")
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: set[int] = set()

    def look(self) -> None:
        """One look."""
        for camera_id in due(self._clock):
            self._begin(camera_id)

    def _begin(self, camera_id: int) -> None:
        with self._lock:
            if camera_id in self._busy or len(self._busy) >= AT_ONCE:
                return  # its turn comes with another look
            self._busy.add(camera_id)
        threading.Thread(target=self._step, args=(camera_id,), name="patrol", daemon=True).start()

    def _step(self, camera_id: int) -> None:
        try:
            with MayBeAway(log, "a patrol waits for it"):
                step(camera_id, self._clock)
        finally:
            connections.close_all()
            with self._lock:
                self._busy.discard(camera_id)
