"""What befalls the system, as events: the supervisor chronicles it (core.supervisor.chronicle), this reads it.

Each entry is an event of its own key, so that it does not matter how often it is read, or by which worker.
"""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

from django.db import connections

from core.events.models import StoredEvent
from core.events.services import close, record
from core.media.clock import Clock
from core.tasks.database import MayBeAway

LOOK_S = 1.0
OLDEST_MS = 86_400_000
"""Entries that are older were read long ago, or tell nothing new to anybody."""
LOST = "system.node_lost"
log = logging.getLogger("eyrie.events")


class Newsreader:
    """A thread that reads, from `start` to `stop`."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._read: set[str] = set()
        self._version = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chronicle", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether it still reads."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End, after a last look: the supervisor has said that it stops before it told us to."""
        self._stopping.set()
        self._thread.join(3)

    def look(self) -> None:
        """Record what is new. Raises DatabaseError, after which the next look begins anew."""
        version = self._changed()
        if version == self._version:
            return
        for entry in _entries(self._path):
            key = f"system:{entry['run']}:{entry['number']}"
            if key not in self._read and self._clock.wall_ms() - entry["at_ms"] < OLDEST_MS:
                _record(entry, key)
            self._read.add(key)
        self._version = version

    def _changed(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _run(self) -> None:
        database = MayBeAway(log, "what befell the system waits for it")
        while True:
            last = self._stopping.is_set()
            with database:
                self.look()
            if last:
                break
            self._stopping.wait(LOOK_S)
        connections.close_all()


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:  # it is replaced as a whole: by another hand than ours
        log.warning("%s cannot be read: %s", path, error)
        return []


def _record(entry: dict[str, Any], key: str) -> None:
    at, process = entry["at_ms"], entry.get("process", "")
    match entry["what"]:
        case "started":
            _end_lost(at)
            if not entry["clean"]:
                record("system.stopped", None, entry["alive_ms"], entry["alive_ms"], {"clean": False}, key=f"{key}:end")
            record("system.started", None, at, at, key=key)
        case "stopped":
            _end_lost(at)
            record("system.stopped", None, at, at, {"clean": True}, key=key)
        case "ended":
            facts = {"process": process, "message": entry["message"], "times": entry["times"]}
            record("system.process_restarted", None, at, at, facts, key=key)
        case "lost":
            record(LOST, None, entry["since_ms"], None, {"process": process, "message": entry["message"]}, key=key)
        case "back":
            _end_lost(at, process)


def _end_lost(at_ms: int, process: str = "") -> None:
    """What was lost is back, or its end is."""
    for row in StoredEvent.objects.filter(type=LOST, end_ms=None):
        if row.start_ms < at_ms and process in ("", row.attributes["process"]):
            close(row.pk, at_ms)
