"""Which processes are needed now, of those that run only while somebody needs them (`ProcessSpec.on_demand`).

Who needs some connects to `<data>/run/demand.sock` (mode 0600) and writes their names as a JSON list on a line, again
at each change. The newest line of a connection counts for as long as the connection stays; a name that nobody has is
passed over. Nothing is answered.
"""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

LINGER = 10.0
"""Seconds for which a process is kept that nobody needs any more: settings are tried, and the analyser may restart."""
MOST_BYTES = 64 * 1024
log = logging.getLogger("eyrie.supervisor")


class Demand:
    """Listens from `start` to `stop`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._needs: dict[asyncio.StreamWriter, frozenset[str]] = {}
        self._needed_at: dict[str, float] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; a socket file left by a killed predecessor is replaced."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MOST_BYTES)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Cut all connections and remove the socket file."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._needs):
                writer.close()
        self._path.unlink(missing_ok=True)

    def is_needed(self, name: str, now: float) -> bool:
        """Whether a process is needed, or was until a short while ago. now: monotonic seconds, rising from call to
        call.
        """
        if any(name in names for names in self._needs.values()):
            self._needed_at[name] = now
        return now - self._needed_at.get(name, -LINGER) < LINGER

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._needs[writer] = frozenset()
        try:
            while line := await reader.readline():
                self._needs[writer] = frozenset(str(name) for name in json.loads(line))
        except (OSError, ValueError, TypeError) as error:
            log.warning("who asks for processes is cut off: %r", error)
        finally:
            del self._needs[writer]
            writer.close()
