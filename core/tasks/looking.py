"""Threads of the worker that look for work again and again, while the database is there."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from core.tasks.database import MayBeAway

LOOK_S = 1.0


class Looking:
    """Looks every second from `start` to `stop`. name: of the thread; waits: what waits while the database is away."""

    def __init__(self, name: str, log: logging.Logger, waits: str) -> None:
        self._database = MayBeAway(log, waits)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether it still looks."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End; what is under way in other threads or processes ends by itself."""
        self._stopping.set()
        self._thread.join(5)

    def look(self) -> None:
        """One look. May raise DatabaseError: then the next one begins anew."""

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._database:
                self.look()
            self._stopping.wait(LOOK_S)
        connections.close_all()
