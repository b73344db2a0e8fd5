"""`/ws/v1/cameras/{id}/talk/`: a voice, or an announcement, through a camera's loudspeaker.

The client sends `{"op": "talk"}` and is answered `{"op": "ready", "rate": 8000}` once the camera listens; from then on
its binary messages are speech: mono, signed 16 bits, little-endian, at this rate. `{"op": "play", "announcement": 3}`
plays a recorded one. `{"op": "end"}` ends either. Whenever it is over, `{"op": "over", "why": "", "by": ""}` says why,
if it did not end as it should, and who talks instead; `"interrupt": true` with `talk` takes the floor from them.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async

from core.access.models import User
from core.cameras.queries import cameras
from core.hookspecs.cameras import ControlError
from core.talk.announcements import announcement_numbered, pieces_of
from core.talk.floor import Busy, Speaker
from core.talk.talking import PIECE_MS, Interrupted, Pieces, talk
from core.web.socket.watchman import NOT_FOUND, Watchman
from core.web.speech import language_of, said

MOST_WAITING_MS = 1000
"""Speech that waits for the camera; older is dropped: who talks is to be heard now."""
MOST_MESSAGE = 64 * 1024


class Voice:
    """Speech as it comes, in pieces as they are sent."""

    def __init__(self, ready: Callable[[int], Awaitable[None]]) -> None:
        self._ready = ready
        self._pieces: deque[bytes] = deque(maxlen=MOST_WAITING_MS // PIECE_MS)
        self._rest = b""
        self._size = 0
        self._news = asyncio.Event()
        self._ended = False

    def put(self, pcm: bytes) -> None:
        """Some more; passed over before the camera listens."""
        if not self._size:
            return
        data = self._rest + pcm
        whole = len(data) - len(data) % self._size
        self._pieces.extend(data[at : at + self._size] for at in range(0, whole, self._size))
        self._rest = data[whole:]
        self._news.set()

    def end(self) -> None:
        """That was all; what waits is still said."""
        self._ended = True
        self._news.set()

    async def pieces(self, rate: int) -> AsyncIterator[bytes]:
        """Until the end."""
        self._size = rate * PIECE_MS // 1000 * 2
        await self._ready(rate)
        while self._pieces or not self._ended:
            while self._pieces:
                yield self._pieces.popleft()
            self._news.clear()
            if not self._ended:
                await self._news.wait()


class Talk(Watchman):
    """One person, at one camera. One talk at a time."""

    required = "camera.talk"
    channel_layer_alias = None
    _voice: Voice | None = None
    _talk: asyncio.Task[None] | None = None

    @property
    def camera_id(self) -> int:
        """The camera of the URL."""
        return int(self.scope["url_route"]["kwargs"]["camera_id"])

    async def allowed(self) -> bool:
        """Whether one may talk through this camera."""
        return await self.asked(self.rights.holds, self.required, self.camera_id)

    async def refused(self) -> bool:
        """A camera that one may not see is as one that does not exist."""
        seen = await self.asked(self.rights.holds, "camera.view", self.camera_id)
        if not seen or not await database_sync_to_async(cameras().filter(pk=self.camera_id).exists)():
            await self.close(NOT_FOUND, "No such camera.")
            return True
        return await super().refused()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Speech, or what to do."""
        if bytes_data is not None:
            if self._voice is not None and len(bytes_data) <= MOST_MESSAGE:
                self._voice.put(bytes_data)
            return
        asked = _parsed(text_data)
        if asked.get("op") == "talk":
            self._voice = Voice(self._ready)
            await self._begin(self._voice.pieces, "", interrupt=asked.get("interrupt") is True)
        elif asked.get("op") == "play":
            await self._play(asked.get("announcement"))
        elif asked.get("op") == "end":
            self._end()

    async def _play(self, number: Any) -> None:
        found = await announcement_numbered(number) if isinstance(number, int) else None
        if found is None:
            await self._over("There is no such announcement.")
            return
        await self._begin(pieces_of(found), found.name, interrupt=False)

    async def _begin(self, pieces: Pieces, announcement: str, *, interrupt: bool) -> None:
        if self._talk is not None and not self._talk.done():
            return
        user = await database_sync_to_async(User.objects.filter(pk=self.rights.user_id).first)()
        client = self.scope.get("client") or ("",)
        speaker = Speaker(
            user.get_username() if user else "",
            announcement,
            first=await self.asked(self.rights.holds, "camera.talk_first", self.camera_id),
            address=str(client[0]),
        )
        self._talk = asyncio.create_task(self._do(speaker, pieces, interrupt))
        self._tasks.add(self._talk)
        self._talk.add_done_callback(self._ended)

    async def _do(self, speaker: Speaker, pieces: Pieces, interrupt: bool) -> None:
        why, by = "", ""
        try:
            await talk(self.camera_id, speaker, pieces, interrupt=interrupt)
        except Busy as error:
            why, by = str(error), error.name
        except (ControlError, Interrupted) as error:
            why = str(error)
        self._voice = None
        await self._over(why, by)

    def _end(self) -> None:
        if self._voice is not None:
            self._voice.end()
        elif self._talk is not None:
            self._talk.cancel()  # an announcement stops at once
            self.run(self._over(""))

    async def _ready(self, rate: int) -> None:
        await self.send(json.dumps({"op": "ready", "rate": rate}))

    async def _over(self, why: str, by: str = "") -> None:
        told = said(why, language_of(self.scope))
        await self.send(json.dumps({"op": "over", "why": told, "by": by}))


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "") if len(text or "") <= MOST_MESSAGE else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
