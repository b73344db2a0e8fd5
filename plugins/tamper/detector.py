"""Looks at small grey pictures of one camera, tells when tampering began and when it is over."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.api import NOTHING, TAMPER_DETECTED, Frame, Occurrence, Sight
from plugins.tamper.events import Kind
from plugins.tamper.judging import kind_of
from plugins.tamper.measuring import LEARNS_LOOKS, Usual
from plugins.tamper.settings import TamperSettings

if TYPE_CHECKING:
    from cv2.typing import MatLike

SMALLEST_PICTURE = 16
"""Pixels each way; nothing is told of less."""
GAP_MS = 60_000
"""After a pause this long identical pictures are no longer counted; the view is remembered."""
OFTEN_SAME = 3.0
"""Frozen is what stays the same so many times longer than it ever did by itself."""

cv2.setNumThreads(1)  # a detector's process is one core's


class TamperDetector:
    """Tampering with one camera."""

    def __init__(self, settings: TamperSettings) -> None:
        self._settings = settings
        self._usual: Usual | None = None
        self._size = (0, 0)
        self._last_ms = 0
        self._sameness = _Sameness()
        self._alarm = _Alarm(round(settings.hold_s * 1000), round(settings.recover_s * 1000))

    def look(self, frame: Frame) -> Sight:
        """Examine one picture; below 16 x 16 pixels nothing is told of."""
        if min(frame.width, frame.height) < SMALLEST_PICTURE:
            return NOTHING
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
        usual = self._usual_view(frame)
        kind = self._kind(usual, picture, frame.wall_ms)
        if kind is None:
            usual.learn(picture)
        told = self._alarm.look(kind, frame.wall_ms)
        if told is None:
            return Sight()
        if frame.wall_ms - told[1] > self._settings.relearn_min * 60_000 and told[0] != "frozen":
            self._usual, self._alarm = None, self._alarm.anew()
            return Sight()
        return Sight(going_on=(Occurrence(TAMPER_DETECTED.name, told[0], {"kind": told[0]}, start_ms=told[1]),))

    def close(self) -> None:
        """Nothing is held but memory."""
        self._usual = None

    def _usual_view(self, frame: Frame) -> Usual:
        if self._usual is None or self._size != (frame.width, frame.height):
            self._usual = Usual((frame.height, frame.width))
            self._size = (frame.width, frame.height)
        if not 0 <= frame.wall_ms - self._last_ms <= GAP_MS:
            self._sameness.begin_anew()
        self._last_ms = frame.wall_ms
        return self._usual

    def _kind(self, usual: Usual, picture: MatLike, wall_ms: int) -> Kind | None:
        if self._sameness.frozen(picture, wall_ms, round(self._settings.hold_s * 1000)) and self._settings.frozen:
            return "frozen"
        if usual.looks < LEARNS_LOOKS:
            return None
        kind = kind_of(usual.measure(picture))
        return kind if kind is not None and self._settings.tells(kind) else None


class _Sameness:
    """For how long pictures have been the same to the last bit."""

    def __init__(self) -> None:
        self._picture: MatLike | None = None
        self._since_ms = 0
        self._longest_ms = 0
        self._frozen = False

    def begin_anew(self) -> None:
        self._picture = None

    def frozen(self, picture: MatLike, wall_ms: int, hold_ms: int) -> bool:
        """Whether that is longer than the hold time, and than a still view ever stayed the same by itself."""
        if self._picture is None or not np.array_equal(self._picture, picture):
            if self._picture is not None and not self._frozen:
                self._longest_ms = max(self._longest_ms, wall_ms - self._since_ms)
            self._picture, self._since_ms, self._frozen = picture.copy(), wall_ms, False
        elif wall_ms - self._since_ms >= max(hold_ms, OFTEN_SAME * self._longest_ms):
            self._frozen = True
        return self._frozen


class _Alarm:
    """From single looks to an alarm: after the hold time, of the kind most looks said, until all is well again."""

    def __init__(self, hold_ms: int, recover_ms: int) -> None:
        self._hold_ms = hold_ms
        self._recover_ms = recover_ms
        self._since_ms: int | None = None
        self._well_ms: int | None = None
        self._kinds: Counter[Kind] = Counter()
        self._told: Kind | None = None

    def anew(self) -> _Alarm:
        """The same, with nothing seen."""
        return _Alarm(self._hold_ms, self._recover_ms)

    def look(self, kind: Kind | None, wall_ms: int) -> tuple[Kind, int] | None:
        """The kind that is told of and since when, UTC ms; None for none."""
        if kind is None:
            self._look_well(wall_ms)
        else:
            self._well_ms = None
            self._since_ms = wall_ms if self._since_ms is None else self._since_ms
            self._kinds[kind] += 1
            if self._told is None and (kind == "frozen" or wall_ms - self._since_ms >= self._hold_ms):
                self._told = self._kinds.most_common(1)[0][0]
        return None if self._told is None or self._since_ms is None else (self._told, self._since_ms)

    def _look_well(self, wall_ms: int) -> None:
        """Before it is told of one good look takes it back; afterwards it takes the time to recover."""
        self._well_ms = wall_ms if self._well_ms is None else self._well_ms
        if self._told is None or wall_ms - self._well_ms >= self._recover_ms:
            self._since_ms, self._told = None, None
            self._kinds.clear()
