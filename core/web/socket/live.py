"""`/ws/v1/cameras/{id}/live/?stream=main`: live pictures as fragmented MP4 for Media Source Extensions.

First one JSON text message `{"mime", "codecs", "stream"}`, then binary messages: an initialization segment, the
fragments since the last keyframe, and from then on one fragment a picture. After a change of parameters the same begins
anew, with a text message first. A client that does not keep up misses fragments up to the next keyframe; nothing
queues up.
"""

from __future__ import annotations

import json
from contextlib import aclosing
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from core.cameras.queries import cameras
from core.recorder.client import WatchEnded
from core.recorder.protocol import MediaFlag
from core.web import recorders
from core.web.socket.codecs import codecs_of
from core.web.socket.watchman import NOT_FOUND, RECORDER_SILENT, Watchman


class Live(Watchman):
    """One viewer of one stream. The queue between recorder and viewer is the client's (core.recorder.client)."""

    required = "camera.live"
    channel_layer_alias = None  # media never passes through a channel layer

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
        return await super().refused()

    async def begin(self) -> None:
        """Start the stream."""
        names = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("stream", ["main"])
        if names[0] not in ("main", "sub"):
            await self.close(NOT_FOUND, "stream must be main or sub.")
            return
        self.run(self._stream(names[0]))

    async def _exists(self) -> bool:
        return bool(await database_sync_to_async(cameras().filter(pk=self.camera_id).exists)())

    async def _stream(self, stream: str) -> None:
        try:
            async with aclosing((await recorders.client()).watch(self.camera_id, stream)) as messages:
                async for message in messages:
                    if MediaFlag.INIT in message.flags:
                        await self.send(_announcement(message.data, stream))
                    await self.send(bytes_data=message.data)
        except WatchEnded as end:
            await self.close(NOT_FOUND if end.missing else RECORDER_SILENT, str(end)[:100])


def _announcement(init: bytes, stream: str) -> str:
    codecs = ",".join(codecs_of(init))
    return json.dumps({"mime": f'video/mp4; codecs="{codecs}"', "codecs": codecs, "stream": stream})
