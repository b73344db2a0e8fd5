"""Looks at small grey pictures of one camera: steadied, compared, shaped, remembered, told of by zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.api import MOTION_DETECTED, NOTHING, Frame, Occurrence, SeenObject, Sight
from plugins.motion.changing import GRID, Changes
from plugins.motion.lasting import LOOKS, Memory, Seen
from plugins.motion.settings import MotionSettings
from plugins.motion.shapes import Shape, Shapes, pixels_of
from plugins.motion.steadying import Steadier, moved_back, rim_of
from plugins.motion.zones import Areas, Timing, areas

if TYPE_CHECKING:
    from cv2.typing import MatLike

SMALLEST_PICTURE = 32
"""Pixels each way; nothing is seen in less."""
GAP_MS = 10_000
"""After a pause this long all is learnt anew."""
LEARNS_LOOKS = 15
"""Looks at the start that only teach the background."""
LIGHT = 0.5
"""A change over more of the picture than this is one of the light, or of the view, and no motion."""
MIDDLING_THRESHOLD = 14.0
"""Steps of 255 at a sensitivity of 50; it halves with each 25 more."""
_LEARN_LIGHT = 0.05  # how quickly the background takes a change of light
_SHAKES = 0.02  # changes over so much of the picture may be a shake …
_SHAKES_ON = 10  # … which is looked for so many looks longer
_NOWHERE = bytes(GRID[0] * GRID[1] // 8)

cv2.setNumThreads(1)  # a detector's process is one core's


class _View:
    """What is known of one view: a size of picture without a gap in time."""

    def __init__(self, settings: MotionSettings, picture: MatLike) -> None:
        height, width = picture.shape
        threshold = max(4.0, MIDDLING_THRESHOLD * 2 ** ((50 - settings.sensitivity) / 25))
        self.smallest = max(1.0, settings.smallest_percent / 100 * picture.size)
        self.areas: Areas = areas(settings.zones, width, height)
        self.steadier = Steadier(picture)
        self.changes = Changes(threshold)
        self.shapes = Shapes(threshold, self.smallest)
        self.memory = Memory()
        self.looks = 0
        self.shaking = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. picture: half the size it was sent; labels: each pixel's shape; shift: of the view."""

    picture: MatLike
    changed: MatLike
    labels: MatLike
    seen: list[Seen]
    shift: tuple[float, float]

    def moving(self) -> MatLike:
        """1 where something moves that was seen before too."""
        labels = [one.shape.label for one in self.seen if one.times >= LOOKS - 1]
        moves = np.zeros(int(self.labels.max()) + 1, np.uint8)
        moves[labels] = 1
        moving: MatLike = moves[self.labels]
        return moving


class MotionDetector:
    """Motion on one camera. Works on pictures of half the size it is given."""

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        shortest, end = round(settings.shortest_s * 1000), round(settings.end_after_s * 1000)
        names = sorted({zone.name for zone in settings.zones if zone.kind == "include"}) or [""]
        self._timings = {name: Timing(shortest, end) for name in names}
        self._view: _View | None = None
        self._size = (0, 0)
        self._last_ms = 0
        self.newest: Look | None = None
        """What the newest look found, for the preview and the bench."""

    def look(self, frame: Frame) -> Sight:
        """Examine one picture; below 32 x 32 pixels nothing is seen."""
        if min(frame.width, frame.height) < SMALLEST_PICTURE:
            self.close()
            self._size = (frame.width, frame.height)
            return NOTHING
        pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
        half = cv2.resize(pixels, (frame.width // 2, frame.height // 2), interpolation=cv2.INTER_AREA)
        view = self._known_view(frame, half)
        found = self.newest = self._found(view, half, frame.wall_ms)
        objects = [one for one in found.seen if one.lasting]
        self._tell_zones(view, objects, found.labels, frame.wall_ms)
        return Sight(
            objects=tuple(_seen_object(one, found.shift, half.shape) for one in objects),
            going_on=self._going_on(frame.wall_ms, objects, half.size),
            moved=_grid(found.moving()) if found.seen else _NOWHERE,
        )

    def preview(self) -> bytes:
        """The newest picture, dark; what moves brighter, what changed white, what is not looked at black."""
        width, height = self._size
        if self.newest is None or self._view is None:
            return bytes(width * height)
        shown = self.newest.picture // 3 + self.newest.moving() * 110
        shown[self.newest.changed > 0] = 255
        shown[self._view.areas.looked_at == 0] = 0
        return cv2.resize(shown, (width, height), interpolation=cv2.INTER_NEAREST).tobytes()

    def close(self) -> None:
        """Nothing is held but memory."""
        self._view = self.newest = None

    def _known_view(self, frame: Frame, half: MatLike) -> _View:
        apart = frame.wall_ms - self._last_ms
        self._last_ms = frame.wall_ms
        if self._view is None or self._size != (frame.width, frame.height) or not 0 <= apart <= GAP_MS:
            self._view = _View(self._settings, half)
            self._size = (frame.width, frame.height)
        return self._view

    def _found(self, view: _View, half: MatLike, wall_ms: int) -> Look:
        view.looks += 1
        picture, changed, shift = self._steadied(view, view.steadier.in_same_light(half))
        view.steadier.remember(picture)
        light = cv2.countNonZero(changed) > LIGHT * changed.size
        looked_at = _inside(view.areas.looked_at, shift)
        changed = view.changes.without_restless(cv2.bitwise_and(changed, looked_at))
        shapes: list[Shape] = []
        labels = changed
        if view.looks <= LEARNS_LOOKS:
            view.shapes.learn(picture)
        elif light:
            view.shapes.learn(picture, _LEARN_LIGHT)
        elif view.shapes.quiet(cv2.countNonZero(changed)):
            view.shapes.keep_up(picture)
        else:
            shapes, labels = view.shapes.find(picture, changed, looked_at, view.steadier.mean)
        return Look(half, changed, labels, view.memory.seen(shapes, wall_ms), shift)

    def _steadied(self, view: _View, picture: MatLike) -> tuple[MatLike, MatLike, tuple[float, float]]:
        """The picture without shake, what changed in it, and how far it was moved."""
        shift = (0.0, 0.0)
        fine = view.changes.fine(picture)
        changed = view.changes.of(fine)
        if cv2.countNonZero(changed) > _SHAKES * changed.size:
            view.shaking = _SHAKES_ON
        if view.shaking > 0:
            view.shaking -= 1
            shift = view.steadier.shift(picture)
        if shift != (0.0, 0.0):
            view.shaking = _SHAKES_ON
            picture = moved_back(picture, shift)
            fine = view.changes.fine(picture)
            changed = view.changes.of(fine)
        view.changes.remember(fine)
        return picture, changed, shift

    def _tell_zones(self, view: _View, objects: list[Seen], labels: MatLike, wall_ms: int) -> None:
        if not objects:
            return
        if not view.areas.zones:
            self._timings[""].moved(min(one.since_ms for one in objects), wall_ms)
            return
        count = max(one.shape.label for one in objects) + 1
        for name, inside in view.areas.zones.items():
            pixels = pixels_of(inside, labels, count)
            here = [one for one in objects if pixels[one.shape.label] >= min(view.smallest, one.shape.area)]
            if here:
                self._timings[name].moved(min(one.since_ms for one in here), wall_ms)

    def _going_on(self, wall_ms: int, objects: list[Seen], size: int) -> tuple[Occurrence, ...]:
        percent = round(100 * sum(one.shape.area for one in objects) / size, 2)
        told = []
        for name, timing in self._timings.items():
            since_ms = timing.going_on(wall_ms)
            if since_ms is not None:
                told.append(
                    Occurrence(MOTION_DETECTED.name, name, {"zone": name, "percent": percent}, start_ms=since_ms)
                )
        return tuple(told)


def _inside(looked_at: MatLike, shift: tuple[float, float]) -> MatLike:
    """What is looked at, without the rim that a shake brought in."""
    rim = rim_of(shift)
    if not rim:
        return looked_at
    inner = np.zeros_like(looked_at)
    inner[rim:-rim, rim:-rim] = looked_at[rim:-rim, rim:-rim]
    return inner


def _grid(moving: MatLike) -> bytes:
    cells = cv2.resize(moving * 255, GRID, interpolation=cv2.INTER_AREA)
    return np.packbits(cells > 40).tobytes()


def _seen_object(one: Seen, shift: tuple[float, float], size: tuple[int, ...]) -> SeenObject:
    """In fractions of the picture as it was sent; surer the longer it is seen."""
    height, width = size[:2]
    shape = one.shape
    left, right = (min(max((x + shift[0]) / width, 0.0), 1.0) for x in (shape.left, shape.left + shape.width))
    top, bottom = (min(max((y + shift[1]) / height, 0.0), 1.0) for y in (shape.top, shape.top + shape.height))
    return SeenObject("motion", min(1.0, one.times / 4), (left, top, right - left, bottom - top))
