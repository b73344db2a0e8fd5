"""Part of a file on this machine's disk as the body of a response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.web.ranges import ThreadedSource

CHUNK = 512 * 1024


@dataclass(frozen=True, slots=True)
class FilePart:
    """`size` bytes of the file from `start` on."""

    path: Path
    start: int
    size: int

    def source(self) -> ThreadedSource:
        """The bytes for `range_response`, read in threads at the client's pace."""
        return ThreadedSource(self.size, self._chunks)

    def _chunks(self, start: int, end: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start + start)
            left = end - start
            while left > 0:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise EOFError(f"{self.path.name} ends {left} bytes too early")
                left -= len(chunk)
                yield chunk
