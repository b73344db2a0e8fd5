"""`/ws/v1/cameras/{id}/live/?stream=main`: live pictures as fragmented MP4 for Media Source Extensions.

First one JSON text message `{"mime", "codecs", "stream"}`, then binary messages: an initialization segment, the
fragments since the last keyframe, and from then on one fragment a picture. After a change of parameters the same begins
anew, with a text message first. A client that does not keep up misses fragments up to the next keyframe; nothing
queues up.

`&as=h264&width=640` asks for the same in H.264 of about that width, for a client that cannot play what the camera
sends. The server converts a few streams at once; beyond, it closes with 4429. So does a stream, unasked, whose camera
has privacy masks, for a viewer who may not see what lies under them. Who may not listen gets no sound.

`{"op": "time"}` from the client is answered by `{"op": "time", "now_ms": …}`, UTC: each fragment's `prft` box says when
its picture was taken, and the client's clock may be wrong.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from core.access.models import User
from core.cameras.queries import cameras
from core.media.clock import SystemClock
from core.media.masks import Masks
from core.media.mp4.init import init_segment
from core.media.mp4.muting import muted
from core.media.mp4.tracks_of import tracks_of
from core.recorder.protocol import LiveMessage, MediaFlag
from core.recorder.waiting import WatchEnded
from core.viewings.noting import Kind, Subject, noted
from core.web import recorders
from core.web.covered import masks_for
from core.web.socket.codecs import codecs_of
from core.web.socket.watchman import NOT_FOUND, RECORDER_SILENT, TOO_MANY, Watchman
from core.web.transcoding.program import TooManyTranscodes
from core.web.transcoding.shared import WIDTHS, transcodes
from core.web.watched import sees_masked

LISTEN = "camera.listen"
TIME_ASKED = '{"op":"time"}'
_ASKED = {"stream": "main", "as": "", "width": "1280"}


class Live(Watchman):
    """One viewer of one stream. The queue between recorder and viewer is the client's (core.recorder.client)."""

    required = "camera.live"
    channel_layer_alias = None  # media never passes through a channel layer
    _masks: Masks | None = None  # what this viewer is not shown, once the stream has begun
    _silent = False  # whether this viewer hears nothing

    @property
    def camera_id(self) -> int:
        """The camera of the URL."""
        return int(self.scope["url_route"]["kwargs"]["camera_id"])

    async def allowed(self) -> bool:
        """Whether this camera may be watched live."""
        return await self.asked(self.rights.holds, self.required, self.camera_id)

    async def refused(self) -> bool:
        """A camera that one may not see is as one that does not exist."""
        if not await self.asked(self.rights.holds, "camera.view", self.camera_id) or not await self._exists():
            await self.close(NOT_FOUND, "No such camera.")
            return True
        if self._masks is not None and self._masks != await self._covered():
            await self.close(RECORDER_SILENT, "The privacy masks have changed.")
            return True
        if await super().refused():
            return True
        if self._masks is not None and self._silent != await self._hears_nothing():
            await self.close(RECORDER_SILENT, "Your right to listen has changed.")
            return True
        return False

    async def begin(self) -> None:
        """Start the stream."""
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        stream, codec, width = (query.get(name, [usual])[0] for name, usual in _ASKED.items())
        if stream not in ("main", "sub"):
            await self.close(NOT_FOUND, "stream must be main or sub.")
        elif codec not in ("", "h264"):
            await self.close(NOT_FOUND, "as must be h264, or left out for what the camera sends.")
        elif not width.isascii() or not width.isdigit() or not int(width[:6]):
            await self.close(NOT_FOUND, "width must be a number of pixels, such as 640.")
        else:
            self.run(self._stream(stream, int(width[:6]) if codec else None))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The client asks for the time; nothing else is understood."""
        if text_data == TIME_ASKED:
            await self.send(json.dumps({"op": "time", "now_ms": SystemClock().wall_ms()}))

    async def _covered(self) -> Masks:
        found: Masks = await database_sync_to_async(masks_for)(self.rights, self.camera_id, None)
        return found

    async def _hears_nothing(self) -> bool:
        return not await self.asked(self.rights.holds, LISTEN, self.camera_id)

    async def _exists(self) -> bool:
        return bool(await database_sync_to_async(cameras().filter(pk=self.camera_id).exists)())

    async def _stream(self, stream: str, width: int | None) -> None:
        """width: pixels that are asked for in H.264; None for what the camera sends."""
        masks = self._masks = await self._covered()
        self._silent = await self._hears_nothing()
        silence = Silence() if self._silent else None
        watching = noted.watching(await database_sync_to_async(self._subject)())
        try:
            async with aclosing(await self._messages(stream, width, masks)) as messages:
                async for message in messages:
                    is_init = MediaFlag.INIT in message.flags
                    data = message.data if silence is None else silence.on(message.data, is_init=is_init)
                    if is_init:
                        await self.send(_announcement(data, stream))
                    await self.send(bytes_data=data)
                    if MediaFlag.INIT not in message.flags:
                        watching.begin()
        except TooManyTranscodes as error:
            await self.close(TOO_MANY, str(error))
        except WatchEnded as end:
            await self.close(NOT_FOUND if end.missing else RECORDER_SILENT, str(end)[:100])
        finally:
            watching.end()

    def _subject(self) -> Subject:
        """Who watches, for the audit log."""
        user = User.objects.get(pk=self.rights.user_id).get_username()
        unmasked = sees_masked(self.rights, self.camera_id, None)
        return Subject(user, (self.scope.get("client") or ("",))[0], self.camera_id, Kind.LIVE, unmasked)

    async def _messages(self, stream: str, width: int | None, masks: Masks) -> AsyncGenerator[LiveMessage, None]:
        if width is not None or masks:
            return transcodes.watch(self.camera_id, stream, width or WIDTHS[-1], masks)
        return (await recorders.client()).watch(self.camera_id, stream)


class Silence:
    """Takes the sound out of one stream of live messages."""

    def __init__(self) -> None:
        self._sound: frozenset[int] = frozenset()

    def on(self, data: bytes, *, is_init: bool) -> bytes:
        """The message without sound. Video is track 1 of ours, always (core.media.tracks)."""
        if is_init:
            tracks = tracks_of(data)
            video = [track for track in tracks if track.is_video]
            self._sound = frozenset(range(len(video) + 1, len(tracks) + 1))
            return init_segment(video) if self._sound else data
        return muted(data, self._sound) if self._sound else data


def _announcement(init: bytes, stream: str) -> str:
    codecs = ",".join(codecs_of(init))
    return json.dumps({"mime": f'video/mp4; codecs="{codecs}"', "codecs": codecs, "stream": stream})
