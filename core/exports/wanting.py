"""Has the exporter run while there is something to export: a thread of the worker."""

from __future__ import annotations

import logging
from pathlib import Path

from django.db import close_old_connections

from core.demanding import Demand
from core.exports.models import Export, State
from core.tasks.looking import Looking

log = logging.getLogger("eyrie.exports")
EXPORTER = "exporter"
"""The name of its process."""


class Wanting(Looking):
    """Says once a second whether an exporter is needed; ends with the worker, and its wish with it."""

    def __init__(self, data: Path) -> None:
        super().__init__("exports wanted", log, "exports wait for it")
        self._demand = Demand(data)

    def look(self) -> None:
        """One look."""
        self._demand.need({EXPORTER} if _some_wait() else ())
        close_old_connections()

    def stop(self) -> None:
        """End; an exporter that works is stopped with everything else."""
        super().stop()
        self._demand.close()


def _some_wait() -> bool:
    return Export.objects.filter(state__in=(State.QUEUED, State.RUNNING)).exists()
