"""What befalls the system, for whoever keeps events: `<data>/run/chronicle.json`, the newest MOST entries.

    [{"run": "9f3c21ab", "number": 0, "at_ms": 1780…, "what": "started", "clean": false, "alive_ms": 1780…}, …]

The supervisor knows no database: the worker reads this (core.events.system_trouble). What:

    started    clean: whether the run before it was stopped; else alive_ms: when it was last alive, to ten seconds
    stopped    somebody stopped it
    ended      process, message: a process ended by itself and is started again; times: since that was last told of it
    lost       process, since_ms, message: it has not answered since then
    back       process: it answers again

A thread writes, as the disk may stand still and the supervisor must not.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

from core.media.clock import Clock

MOST = 200
ALIVE_S = 10.0
"""How often the file is written even when there is nothing new: its time tells when the system was last alive."""
QUIET_S = 60.0
"""A process that ends again and again is told of once in this time."""
log = logging.getLogger("eyrie.supervisor")


class Chronicle:
    """The file, from its making to `end`."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._run = os.urandom(4).hex()
        self._number = 0
        self._told: dict[str, float] = {}
        self._ends: dict[str, int] = {}
        self._dirty = False
        self._written = clock.monotonic()
        self._writing: threading.Thread | None = None
        self._entries, alive_ms = _before(path)
        clean = not self._entries or self._entries[-1]["what"] == "stopped"
        self.note("started", clean=clean, **({} if clean else {"alive_ms": alive_ms}))

    def note(self, what: str, **facts: Any) -> None:
        """Add an entry; it is written soon."""
        entry = {"run": self._run, "number": self._number, "at_ms": self._clock.wall_ms(), "what": what}
        self._entries = [*self._entries, entry | facts][-MOST:]
        self._number += 1
        self._dirty = True

    def ended(self, process: str, message: str) -> None:
        """A process ended by itself."""
        self._ends[process] = self._ends.get(process, 0) + 1
        now = self._clock.monotonic()
        if now - self._told.get(process, -QUIET_S) >= QUIET_S:
            self._told[process] = now
            self.note("ended", process=process, message=message, times=self._ends.pop(process))

    def keep(self) -> None:
        """Write what is new, and now and then what is old. Returns at once."""
        now = self._clock.monotonic()
        if (self._dirty or now - self._written >= ALIVE_S) and (self._writing is None or not self._writing.is_alive()):
            self._dirty, self._written = False, now
            data = json.dumps(self._entries).encode()
            self._writing = threading.Thread(target=self._write, args=(data,), name="chronicle", daemon=True)
            self._writing.start()

    def end(self, patience: float = 1.0) -> None:
        """The system is being stopped: say so, and wait until that is written, `patience` seconds at most."""
        self.note("stopped")
        for _ in range(2):  # an earlier entry may be under way
            if self._writing is not None:
                self._writing.join(patience / 2)
            self.keep()
        if self._writing is not None:
            self._writing.join(patience / 2)

    def _write(self, data: bytes) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_bytes(data)
            fresh.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written (%s); what befalls the system is no event", self._path, error)


def _before(path: Path) -> tuple[list[dict[str, Any]], int]:
    """What earlier runs wrote, and when the last of them was alive, UTC ms. What cannot be read counts as nothing."""
    try:
        entries = json.loads(path.read_bytes())
        return list(entries)[-MOST:], path.stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return [], 0
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read (%s) and is begun anew", path, error)
        return [], 0
