"""Has the exporter run while there is something to export: a thread of the worker."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from django.db import close_old_connections, connections

from core.demanding import Demand
from core.exports.models import Export, State
from core.tasks.database import MayBeAway

log = logging.getLogger("eyrie.exports")
EXPORTER = "exporter"
"""The name of its process."""
LOOK_S = 1.0


class Wanting:
    """Works from `start` to `stop`."""

    def __init__(self, data: Path) -> None:
        self._demand = Demand(data)
        self._database = MayBeAway(log, "exports wait for it")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exports wanted", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether exports are taken up."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End; an exporter that works is stopped with everything else."""
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._database:
                self._demand.need({EXPORTER} if _some_wait() else ())
            close_old_connections()
            self._stopping.wait(LOOK_S)
        self._demand.close()
        connections.close_all()


def _some_wait() -> bool:
    return Export.objects.filter(state__in=(State.QUEUED, State.RUNNING)).exists()
