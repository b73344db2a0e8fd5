"""Live tracks for the portal, over the analyser's socket `<data>/run/analyser.sock` (mode 0600).

Whoever connects is told, for as long as it stays, a JSON object on a line after each look that followed something:
`{"camera_id": 1, "wall_ms": …, "objects": [{"id", "detector", "label", "text", "score", "box", "seen"}, …]}`. While
nobody is connected nothing is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from core.analyser.tracker import detector_of
from core.hookspecs.detectors import Tracks

MOST_BACKLOG = 1024 * 1024
"""Bytes that may wait for a reader; above, it misses looks: the next tells all there is."""
AGAIN = 1.0
"""Seconds between attempts to connect."""


def socket_path(data: Path) -> Path:
    """Where the analyser listens."""
    return data / "run" / "analyser.sock"


class Spectators:
    """All who watch, from `start` to `stop`."""

    def __init__(self, data: Path) -> None:
        self._path = socket_path(data)
        self._server: asyncio.Server | None = None
        self._watching: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._watching):
            writer.close()
        self._path.unlink(missing_ok=True)

    def tracks(self, tracks: Tracks) -> None:
        """Tell those who watch."""
        if not self._watching:
            return
        line = json.dumps(_message(tracks), separators=(",", ":")).encode() + b"\n"
        for writer in self._watching:
            if writer.transport.get_write_buffer_size() < MOST_BACKLOG:
                writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._watching.add(writer)
        try:
            await reader.read()  # it has nothing to say; this ends when it leaves
        except OSError:
            pass
        finally:
            self._watching.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def sightings(data: Path) -> AsyncGenerator[dict[str, Any], None]:
    """What is told there, for as long as it is iterated; while the analyser is away, nothing."""
    while True:
        with contextlib.suppress(OSError, ValueError):
            reader, writer = await asyncio.open_unix_connection(str(socket_path(data)), limit=MOST_BACKLOG)
            try:
                while line := await reader.readline():
                    yield json.loads(line)
            finally:
                writer.close()
        await asyncio.sleep(AGAIN)


def _message(tracks: Tracks) -> dict[str, Any]:
    objects = [
        {
            "id": one.id,
            "detector": detector_of(one.id),
            "label": one.label,
            "text": one.text,
            "score": round(one.points[-1].score, 3),
            "box": [round(part, 5) for part in one.points[-1].box],
            "seen": one.seen,
        }
        for one in tracks.tracks
        if not one.ended
    ]
    return {"camera_id": tracks.camera_id, "wall_ms": tracks.wall_ms, "objects": objects}
