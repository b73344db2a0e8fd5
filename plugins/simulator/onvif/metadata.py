"""The metadata stream of a camera: who is where in its picture (ONVIF Analytics Service Specification 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lxml import etree

from core.api import Clock
from core.api.media import Mount
from plugins.simulator.head import Head
from plugins.simulator.onvif.markup import Element, instant, tt
from plugins.simulator.scenes.scene import SceneObject

PERIOD_MS = 400
QUIET_MS = 10_000  # how often a picture without anybody is told of
_CLASSES = {"person": "Human", "vehicle": "Vehicle"}
Objects = Callable[[int], list[SceneObject]]


class Seer:
    """Tells the clients of a camera's mounts, that take metadata, who is in its picture. Runs between start and stop.

    objects: of the scene, by number of the picture; head: sees a part of the scene, None for all of it.
    loop: how long the loop is in ms, and its pictures per second.
    """

    def __init__(
        self, mounts: list[Mount], objects: Objects, loop: tuple[int, float], clock: Clock, head: Head | None
    ) -> None:
        self._mounts = mounts
        self._objects = objects
        self._loop_ms, self._fps = loop
        self._clock = clock
        self._head = head
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop. Idempotent."""
        for mount in self._mounts:
            mount.documented = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        told_ms, empty = 0, False
        while True:
            await asyncio.sleep(PERIOD_MS / 1000)
            heeded = [mount for mount in self._mounts if mount.heeded]
            if not heeded:
                told_ms = 0
                continue
            now = self._clock.wall_ms()
            found = self.seen(now)
            if found or not empty or now - told_ms >= QUIET_MS:
                document = described(found, now)
                for mount in heeded:
                    mount.tell(document, now)
                told_ms, empty = now, not found

    def seen(self, wall_ms: int) -> list[SceneObject]:
        """Who is in the picture that is taken at a time, as shares of it."""
        found = self._objects(int(wall_ms % self._loop_ms * self._fps / 1000))
        if self._head is not None:
            found = [_through(self._head.view().window(), one) for one in found]
        return [one for one in found if _shown(one.box)]


def _through(window: tuple[float, float, float, float], one: SceneObject) -> SceneObject:
    """An object of the scene as it is seen in a part of it."""
    left, top, wide, high = window
    x, y, width, height = one.box
    return SceneObject(one.number, one.kind, ((x - left) / wide, (y - top) / high, width / wide, height / high))


def _shown(box: tuple[float, float, float, float]) -> bool:
    left, top, width, height = box
    return left + width > 0.02 and left < 0.98 and top + height > 0.02 and top < 0.98


def described(objects: list[SceneObject], wall_ms: int) -> bytes:
    """A tt:MetadataStream of one frame; coordinates from -1 to 1, y upwards (5.3.1)."""
    frame = tt("Frame", [_object(one) for one in objects], UtcTime=instant(wall_ms))
    whole = tt("MetadataStream", tt("VideoAnalytics", frame))
    etree.cleanup_namespaces(whole)
    return bytes(etree.tostring(whole, xml_declaration=True, encoding="UTF-8"))


def _object(one: SceneObject) -> Element:
    left, top, width, height = one.box
    sides = {
        "left": max(-1.0, left * 2 - 1),
        "top": min(1.0, 1 - top * 2),
        "right": min(1.0, (left + width) * 2 - 1),
        "bottom": max(-1.0, 1 - (top + height) * 2),
    }
    middle = {"x": (sides["left"] + sides["right"]) / 2, "y": (sides["top"] + sides["bottom"]) / 2}
    shape = tt("Shape", tt("BoundingBox", **sides), tt("CenterOfGravity", **middle))
    word = _CLASSES[one.kind]
    candidate = tt("ClassCandidate", tt("Type", word), tt("Likelihood", 0.9))
    return tt("Object", tt("Appearance", shape, tt("Class", candidate)), ObjectId=one.number)
