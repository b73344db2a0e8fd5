"""Live tracks and previews for the portal, over the analyser's socket `<data>/run/analyser.sock` (mode 0600).

Every message is a JSON object on a line. Web asks `{"op": "watch", "camera": 1}` and `{"op": "unwatch", "camera": 1}`;
while it watches it is told `{"op": "objects", "camera": 1, "wall_ms": …, "objects": [{"id", "label", "score", "box",
"seen"}, …]}` after each look that saw something move or come or go.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

from core.hookspecs.detectors import Tracks

MOST_BACKLOG = 1024 * 1024
"""Bytes that may wait for a reader; above, it misses looks: the next tells all there is."""
MOST_ASKED = 4096


def socket_path(data: Path) -> Path:
    """Where the analyser listens."""
    return data / "run" / "analyser.sock"


class Spectators:
    """All who watch, from `start` to `stop`."""

    def __init__(self, data: Path) -> None:
        self._path = socket_path(data)
        self._server: asyncio.Server | None = None
        self._watched: dict[asyncio.StreamWriter, set[int]] = {}

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MOST_ASKED)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._watched):
            writer.close()
        self._path.unlink(missing_ok=True)

    def tracks(self, tracks: Tracks) -> None:
        """Tell those who watch this camera."""
        watching = [writer for writer, cameras in self._watched.items() if tracks.camera_id in cameras]
        if not watching:
            return
        line = json.dumps(_message(tracks), separators=(",", ":")).encode() + b"\n"
        for writer in watching:
            if writer.transport.get_write_buffer_size() < MOST_BACKLOG:
                writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cameras = self._watched[writer] = set()
        try:
            while line := await reader.readline():
                asked = json.loads(line)
                if asked["op"] == "watch":
                    cameras.add(int(asked["camera"]))
                else:
                    cameras.discard(int(asked["camera"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # it is gone, or speaks nonsense: either way it connects again
        finally:
            del self._watched[writer]
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _message(tracks: Tracks) -> dict[str, Any]:
    objects = [
        {
            "id": one.id,
            "label": one.label,
            "score": round(one.points[-1].score, 3),
            "box": [round(part, 5) for part in one.points[-1].box],
            "seen": one.seen,
        }
        for one in tracks.tracks
        if not one.ended
    ]
    return {"op": "objects", "camera": tracks.camera_id, "wall_ms": tracks.wall_ms, "objects": objects}
