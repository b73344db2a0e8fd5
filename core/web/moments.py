"""One picture of one moment, for code that waits: actions in the worker."""

from __future__ import annotations

import asyncio
import logging

from core.cameras.queries import masks_on
from core.configuration import configuration
from core.hookspecs.storage import StorageError
from core.media.masks import Masks
from core.media.pictures import PictureError
from core.recorder.client import RecorderClient
from core.recorder.waiting import WatchEnded
from core.recording.models import Stream
from core.web import playback
from core.web.pictures import TooBusy, pictures

WIDEST = 1280
log = logging.getLogger("eyrie.web.moments")


def picture_at(camera_id: int, at_ms: int) -> bytes | None:
    """A JPEG of what the camera saw then, as recorded, else of what it sees now; None when neither is to be had.

    Privacy masks are applied: who gets to see it is not known. Decodes in a process of its own. Blocks up to about ten
    seconds when the recorder is silent; not for event loops.
    """
    try:
        found = playback.frame_file(camera_id, at_ms, Stream.MAIN)
        return asyncio.run(pictures.jpeg(found.data, found.at_ms, WIDEST, masks_on(camera_id, found.at_ms)))
    except playback.NothingRecorded:
        return _live(camera_id)
    except (StorageError, PictureError, TooBusy) as error:
        log.info("no recorded picture of camera %d: %s", camera_id, error)
        return _live(camera_id)


def _live(camera_id: int) -> bytes | None:
    try:
        return asyncio.run(_keyframe(camera_id, masks_on(camera_id, None)))
    except (WatchEnded, PictureError, TooBusy) as error:
        log.info("no live picture of camera %d: %s", camera_id, error)
        return None


async def _keyframe(camera_id: int, masks: Masks) -> bytes:
    config = configuration()
    client = RecorderClient(config.data / "run", config.recorders)
    await client.start()
    try:
        found = await client.keyframe(camera_id)
        return await pictures.jpeg(found.data, 0, WIDEST, masks)
    finally:
        await client.stop()
