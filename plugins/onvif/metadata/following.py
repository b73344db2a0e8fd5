"""Reads the metadata streams of cameras that are to be asked for what they see, on an event loop in a thread; events in
them go the way of those of pull points.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

from core.api import Clock, Fault, SeenObject, SourceError
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.events.notices import Notice
from plugins.onvif.metadata.reading import told_in
from plugins.onvif.settings import OnvifSettings

AGAIN_S = (2.0, 5.0, 15.0, 60.0)
WITHOUT_S = 3600.0
"""When a camera that sends no metadata is asked again."""
log = logging.getLogger("eyrie.onvif.metadata")
Tell = Callable[[int, int, Sequence[SeenObject]], object]
Hear = Callable[[int, list[Notice]], object]


class Readers:
    """One session a camera. tell: called on the loop with camera, UTC ms and objects; hear: with camera and events.
    Neither must wait.
    """

    def __init__(self, clock: Clock, tell: Tell, hear: Hear) -> None:
        self._clock = clock
        self._tell = tell
        self._hear = hear
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="onvif metadata", daemon=True)
        self._tasks: dict[int, tuple[OnvifSettings, asyncio.Task[None]]] = {}
        self._thread.start()

    def follow(self, cameras: Mapping[int, OnvifSettings]) -> None:
        """Read these cameras' metadata from now on, and no others'."""
        asyncio.run_coroutine_threadsafe(self._follow(dict(cameras)), self._loop).result(10)

    def stop(self) -> None:
        """Read no more, and end the thread."""
        self.follow({})
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()

    async def _follow(self, cameras: dict[int, OnvifSettings]) -> None:
        gone = [one for one, (settings, _) in self._tasks.items() if cameras.get(one) != settings]
        ended = [self._tasks.pop(one)[1] for one in gone]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        for camera_id, settings in cameras.items():
            if camera_id not in self._tasks:
                self._tasks[camera_id] = settings, self._loop.create_task(self._read_on(camera_id, settings))

    async def _read_on(self, camera_id: int, settings: OnvifSettings) -> None:
        failures, trouble = 0, ""
        while True:
            try:
                async for found in _documents(settings):
                    failures, trouble = 0, ""
                    told = told_in(found)
                    for objects in told.frames:
                        self._tell(camera_id, self._clock.wall_ms(), objects)
                    if told.notices:
                        self._hear(camera_id, told.notices)
            except (SourceError, OnvifError) as error:
                if str(error) != trouble:
                    log.info("camera %s tells nothing of what it sees: %s", camera_id, error)
                trouble = str(error)
                without = isinstance(error, SourceError) and error.fault is Fault.PATH
                await asyncio.sleep(WITHOUT_S if without else AGAIN_S[min(failures, len(AGAIN_S) - 1)])
                failures += 1


async def _documents(settings: OnvifSettings) -> AsyncGenerator[bytes, None]:
    """Of the smallest stream there is: its pictures are not asked for. Raises OnvifError and SourceError."""
    from core.api.media import rtsp_documents
    from plugins.onvif.streams import asked_url, stored_url, target_of

    stream = "sub" if settings.sub_profile else "main"
    url = stored_url(settings, stream) or await asyncio.to_thread(asked_url, settings, stream)
    target = await asyncio.to_thread(target_of, settings, url)
    async with aclosing(rtsp_documents(target)) as found:
        async for document in found:
            yield document
