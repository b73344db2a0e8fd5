"""The log on disk: `<data>/log/<number>.jsonl`, one JSON record a line, for the portal and for whoever looks later.

A full file is followed by one with the next number, and the oldest go, so that the log takes FILES * MAX_BYTES at most.
A file is only ever appended to: number and offset name a line for as long as it exists (core.system.journal).
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from core.system.journal import SUFFIX, log_files

MAX_BYTES = 4 * 1024 * 1024
FILES = 8
log = logging.getLogger("eyrie.supervisor")


class LogFile:
    """Appends to the newest file. To be used by one thread; a disk that refuses is said once, and the log goes on."""

    def __init__(self, directory: Path, max_bytes: int = MAX_BYTES, keep: int = FILES) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._keep = keep
        self._handle: int | None = None
        self._size = 0
        self._works = True

    def write(self, line: str) -> None:
        """Add one line, in one write."""
        data = line.encode() + b"\n"
        try:
            if self._handle is None or self._size + len(data) > self._max_bytes:
                self._next()
            if self._handle is not None:
                self._size += os.write(self._handle, data)
            self._works = True
        except OSError as error:
            self._close()
            if self._works:
                self._works = False
                log.warning("%s cannot be written (%s); the portal will show no log", self._directory, error.strerror)

    def _next(self) -> None:
        """Take up a new file: at each start too, as a killed supervisor may have left half a line."""
        self._close()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = log_files(self._directory)
        for _, path in found[: max(len(found) - self._keep + 1, 0)]:
            path.unlink(missing_ok=True)
        number = found[-1][0] + 1 if found else 1
        path = self._directory / f"{number:06}{SUFFIX}"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
