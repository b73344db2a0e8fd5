"""What runs, for whoever asks: `<data>/run/processes.json`, replaced as a whole at each change.

    {"supervisor": 17, "processes": [{"name": "web", "pid": 21, "state": "up", "since_ms": 1780…, "restarts": 0}, …]}

A thread writes, as the disk may stand still and the supervisor must not.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core.media.clock import Clock

log = logging.getLogger("eyrie.supervisor")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a process stands. pid None while it has none; state: a Phase; restarts: since the supervisor began."""

    name: str
    pid: int | None
    state: str
    restarts: int


class Register:
    """The file, from the first `note` to `remove`."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._since: dict[str, tuple[Standing, int]] = {}
        self._written: Sequence[Standing] = ()
        self._writing: threading.Thread | None = None
        self._works = True

    def note(self, standings: Sequence[Standing]) -> None:
        """Write them down if they changed. While an earlier change is still being written they wait for the next note.

        Returns at once.
        """
        for standing in standings:
            if self._since.get(standing.name, (None, 0))[0] != standing:
                self._since[standing.name] = standing, self._clock.wall_ms()
        if standings == self._written or (self._writing is not None and self._writing.is_alive()):
            return
        self._written = list(standings)
        rows = [asdict(standing) | {"since_ms": self._since[standing.name][1]} for standing in standings]
        data = json.dumps({"supervisor": os.getpid(), "processes": rows}).encode()
        self._writing = threading.Thread(target=self._write, args=(data,), name="register", daemon=True)
        self._writing.start()

    def remove(self) -> None:
        """Nothing runs any more."""
        if self._writing is not None:
            self._writing.join(timeout=1)
        self._path.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_bytes(data)
            fresh.replace(self._path)
        except OSError as error:
            if self._works:
                log.warning("%s cannot be written (%s); the system page will not show what runs", self._path, error)
            self._works = False
        else:
            self._works = True
