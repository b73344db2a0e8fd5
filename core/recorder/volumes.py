"""The volumes this recorder writes to: which one a camera uses, and what happens when one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from core.hookspecs.storage import StorageError
from core.media.clock import Clock
from core.recorder.volume_io import VolumeIO
from core.recording.index import IndexWriter
from core.recording.volumes import OpenVolume

log = logging.getLogger("eyrie.recorder.volumes")

REST = 2.0
"""Seconds during which a volume that failed is not tried again."""
CURED = 10.0
"""Seconds without a further failure after which a volume counts as well."""

Report = Callable[[str, str, str], None]
"""Event type, volume's name, sentence."""


class Volumes:
    """All methods on the loop except the volumes' own threads' reports, which cross over to it."""

    def __init__(self, index: IndexWriter, clock: Clock, report: Report) -> None:
        self._index = index
        self._clock = clock
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._usable: dict[int, VolumeIO] = {}
        self._retired: list[VolumeIO] = []
        self._failed: dict[str, float] = {}
        self.trouble = "No volume is set up; add one."

    def choose(self, camera_id: int) -> VolumeIO | None:
        """Where this camera's next segment goes: cameras are spread over the volumes that work."""
        now = self._clock.monotonic()
        well = [io for io in self._usable.values() if now - self._failed.get(io.volume.name, -REST) >= REST]
        return well[camera_id % len(well)] if well else None

    def update(self, usable: list[OpenVolume], broken: dict[str, str]) -> None:
        """What `open_volumes` found, at start and every few seconds. A volume in use stays as it is."""
        found = {volume.id: volume for volume in usable}
        for gone in self._usable.keys() - found.keys():
            self._retired.append(self._usable.pop(gone))
        for volume_id, volume in found.items():
            if volume_id not in self._usable:
                self._usable[volume_id] = VolumeIO(volume, self._index, self._clock, self._fail_from_thread)
        for name, sentence in broken.items():
            self._fail(name, sentence)
        now = self._clock.monotonic()
        for name in [name for name, at in self._failed.items() if now - at >= CURED and name not in broken]:
            del self._failed[name]
            log.warning("Volume %s works again.", name)
            self._report("storage.volume_recovered", name, "")

    def written(self) -> list[dict[str, Any]]:
        """By volume, what this recorder has written since it began: bytes, and seconds spent in it."""
        found: dict[str, list[float]] = {}
        for io in self._all():
            so_far = found.setdefault(io.volume.name, [0, 0.0])
            so_far[0] += io.written
            so_far[1] += io.busy
        return [{"name": name, "written": int(count), "busy": busy} for name, (count, busy) in found.items()]

    async def drain(self, seconds: float) -> None:
        """Have everything that was given to the volumes written and handed to the index."""
        for io in self._all():
            io.hand_over()
        await asyncio.gather(*(asyncio.to_thread(io.drain, seconds) for io in self._all()))

    async def stop(self, seconds: float) -> None:
        """End the threads, once the index has been written."""
        await asyncio.gather(*(asyncio.to_thread(io.stop, seconds) for io in self._all()))

    def _all(self) -> list[VolumeIO]:
        return [*self._usable.values(), *self._retired]

    def _fail_from_thread(self, volume: OpenVolume, error: StorageError) -> None:
        self._loop.call_soon_threadsafe(self._fail, volume.name, str(error))

    def _fail(self, name: str, sentence: str) -> None:
        if name not in self._failed:
            log.error("Volume %s: %s", name, sentence)
            self._report("storage.volume_failed", name, sentence)
        self._failed[name] = self._clock.monotonic()
        self.trouble = sentence
