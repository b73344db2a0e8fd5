"""What a detector sees, for the page of its settings: made when somebody asks, over the analyser's socket
`<data>/run/previews.sock` (mode 0600).

Who asks writes `[camera, "detector"]` as JSON on a line, is answered with a PNG, or with nothing, and is hung up on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

PATIENCE = 3.0
"""Seconds for which a worker that looks at something else is waited for."""

Ask = Callable[[int, str], int | None]
"""Has a detector on a camera show what it sees; the number by which its answer comes, None when it cannot be asked."""


def socket_path(data: Path) -> Path:
    """Where the analyser listens."""
    return data / "run" / "previews.sock"


class Previews:
    """Answers from `start` to `stop`."""

    def __init__(self, data: Path, ask: Ask) -> None:
        self._path = socket_path(data)
        self._ask = ask
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            self._server.close()
        for waiting in self._waiting.values():
            waiting.cancel()
        self._path.unlink(missing_ok=True)

    def made(self, number: int, picture: bytes) -> None:
        """A worker has answered."""
        waiting = self._waiting.pop(number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(picture)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TypeError):
            camera_id, detector = json.loads(await reader.readline())
            writer.write(await self._picture(camera_id, detector))
            await writer.drain()
        writer.close()

    async def _picture(self, camera_id: int, detector: str) -> bytes:
        number = self._ask(camera_id, detector)
        if number is None:
            return b""
        if number not in self._waiting:
            self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(asyncio.shield(self._waiting[number]), PATIENCE)
        except (TimeoutError, asyncio.CancelledError):
            self._waiting.pop(number, None)
            return b""


async def preview(data: Path, camera_id: int, detector: str) -> bytes:
    """What a detector on a camera sees, as PNG; empty when it shows nothing: it has not looked yet, or is not there."""
    try:
        async with asyncio.timeout(2 * PATIENCE):
            reader, writer = await asyncio.open_unix_connection(str(socket_path(data)))
            try:
                writer.write(json.dumps([camera_id, detector]).encode() + b"\n")
                return await reader.read()
            finally:
                writer.close()
    except OSError:  # TimeoutError among them
        return b""
