"""Has the supervisor run the detector processes that are needed, and no others (core.supervisor.demand)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path


class Demand:
    """Asks again whenever the supervisor's socket was away; without a supervisor nobody is asked."""

    def __init__(self, data: Path) -> None:
        self._path = data / "run" / "demand.sock"
        self._asked: frozenset[str] = frozenset()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def need(self, names: Iterable[str]) -> None:
        """These processes are needed from now on. To be called often: it does something only at a change."""
        needed = frozenset(names)
        if self._reader is None or self._reader.at_eof():
            self.close()
            try:
                self._reader, self._writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                return
        if self._writer is not None and needed != self._asked:
            self._writer.write(json.dumps(sorted(needed)).encode() + b"\n")
            self._asked = needed

    def close(self) -> None:
        """Nothing is needed any more."""
        if self._writer is not None:
            self._writer.close()
        self._reader, self._writer, self._asked = None, None, frozenset()
