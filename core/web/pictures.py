"""Decoding single pictures apart from the web process: a crash or a hang of a codec costs one picture."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from core.lifeline import die_with_parent
from core.media.masks import Masks
from core.media.pictures import PictureError

WORKERS = 2
WAITING = 16
SECONDS = 5.0


class TooBusy(Exception):
    """More pictures are asked for than can be made."""


class PicturePool:
    """A few decoding processes, started at the first picture, replaced when one dies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._asked = threading.BoundedSemaphore(WAITING)

    async def jpeg(self, file: bytes, at_ms: int = 0, max_width: int = 0, masks: Masks = ()) -> bytes:
        """A JPEG of an MP4 file's frame (core.media.pictures.picture_of_file). Raises PictureError, TooBusy."""
        if not self._asked.acquire(blocking=False):
            raise TooBusy
        try:
            job = self._submit(file, at_ms, max_width, masks)
        except BaseException:
            self._asked.release()
            raise
        job.add_done_callback(lambda _: self._asked.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), SECONDS)
        except BrokenProcessPool:
            self.close()
            raise PictureError("no picture: the decoder crashed on this frame") from None
        except TimeoutError:
            self.close()
            raise PictureError(f"no picture: decoding took more than {SECONDS:g} s") from None

    def close(self) -> None:
        """End the processes, also those that hang. The next picture starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()

    def _submit(self, file: bytes, at_ms: int, max_width: int, masks: Masks) -> Future[bytes]:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(WORKERS, context, initializer=die_with_parent, initargs=(os.getpid(),))
            return self._pool.submit(_decode, file, at_ms, max_width, masks)


pictures = PicturePool()


def _decode(file: bytes, at_ms: int, max_width: int, masks: Masks) -> bytes:
    from core.media.pictures import picture_of_file

    return picture_of_file(file, at_ms, max_width, masks)
