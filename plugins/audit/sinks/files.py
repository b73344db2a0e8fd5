"""Files of JSON lines in the data directory, `audit/audit.jsonl`: for a collector on this machine, or a second disk.

A full file is renamed to `audit-<first number>.jsonl`; the oldest of those beyond the number to keep is removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from plugins.audit.canonical import canonical
from plugins.audit.records import Record
from plugins.audit.settings import AuditSettings
from plugins.audit.sinks.base import SinkError

NAME = "audit.jsonl"


class FileSink:
    """The folder `audit` of the data directory."""

    name = "file"

    def __init__(self, settings: AuditSettings, data: Path) -> None:
        self._folder = data / "audit"
        self._most = settings.file_mb * 1_000_000
        self._kept = settings.file_count

    def take(self, records: Sequence[Record]) -> None:
        """Append and sync. A line that a crash cut is closed, and comes again whole. Raises SinkError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self._folder / NAME
            if path.exists() and path.stat().st_size >= self._most:
                self._turn(path)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "r+b") as file:
                end = file.seek(0, os.SEEK_END)
                if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                    file.write(b"\n")
                file.write(b"".join(canonical(one) + b"\n" for one in records))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self._folder / NAME} cannot be written: {error.strerror or error}.") from error

    def _turn(self, path: Path) -> None:
        with path.open("rb") as file:
            first = _number(file.readline())
        path.rename(self._folder / f"audit-{first:012d}.jsonl")
        for old in sorted(self._folder.glob("audit-*.jsonl"))[: -self._kept]:
            old.unlink()


def _number(line: bytes) -> int:
    try:
        return int(json.loads(line)["number"])
    except (ValueError, KeyError, TypeError):
        return 0
