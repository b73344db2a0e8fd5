"""From what each look saw to objects that are followed: one tracker for each detector of each camera.

Each look's boxes are given to the tracks in two rounds, as in ByteTrack (Zhang et al., 2022): first the sure ones, then
what is left together with the unsure ones, which may go on with a track but begin none. Boxes are compared enlarged (as
in C-BIoU, Yang et al., 2023), so that a small or quick object is still found when it has left its last place wholly. In
between, an alpha-beta filter says where a track is expected; its points are the filtered ones, which lie nearer to the
truth than the detector's.

Plain numbers: of the few objects of a picture NumPy takes ten times as long, and 10 MB.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence

from core.analyser.assigning import best_pairs
from core.hookspecs.detectors import TrackedObject, TrackPoint, Tracks
from core.hookspecs.events import SeenObject

SURE = 0.6
"""Score from which a box may begin a track."""
TWICE_WITHIN_MS = 1500
"""A track is told of when it was seen twice, no longer apart than this."""
LOST_AFTER_MS = 3000
"""A track that was not seen for so long has ended."""
ALL_KEPT_MS, KEPT_MS, OLD_EACH_MS = 2000, 30_000, 1000
"""All points of the last two seconds, before these one a second, up to half a minute: tracks go to other processes."""
SOONEST_MS = 10
"""Looks sooner after each other than this tell no speed."""
GAP_MS = 10_000
"""After a gap as long as this all tracks have ended: the camera was away, or its clock jumped."""

_ENLARGED = (0.3, 0.6)
"""By how much of its size a box is enlarged on each side, in the first and the second round."""
_ALIKE = (0.3, 0.25)
"""How much of their union two boxes must share at least, in the first and the second round."""
_OTHER_LABEL = 0.3
"""What a box of another label than the track's is less alike: a van may be a car, a person is rarely a bicycle."""
_PLACE_MS, _SIZE_MS, _SPEED_MS = 110.0, 450.0, 600.0
"""How quickly the filter follows what is seen: time after which it has come near by 63 %, whatever the frame rate."""

Box = tuple[float, float, float, float]
"""Left, top, width, height as fractions of the picture."""
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""
NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)


class Tracker:
    """Follows the objects of one camera. Not shared between threads."""

    def __init__(self, camera_id: int, name: str = "") -> None:
        """name: tells trackers of one camera apart, such as the detector's."""
        self._camera_id = camera_id
        self._name = name
        self._first_ms = -1
        self._last_ms = -1
        self._begun = 0
        self._followed: list[_Followed] = []

    def update(self, objects: Sequence[SeenObject], wall_ms: int) -> Tracks:
        """What one look saw at `wall_ms`, UTC; objects without a box are not followed. Ends what is lost."""
        if self._first_ms < 0:
            self._first_ms = wall_ms
        ended = self._lost(wall_ms)
        self._last_ms = wall_ms
        boxed = [seen for seen in objects if seen.box is not None]
        for one in self._followed:
            one.expect(wall_ms)
        rest, waiting = self._given([seen for seen in boxed if seen.score >= SURE], self._followed, 0, wall_ms)
        unsure = [seen for seen in boxed if seen.score < SURE]
        left, _ = self._given(rest + unsure, waiting, 1, wall_ms)
        for seen in left:
            if seen.score >= SURE:
                self._begin(seen, wall_ms)
        now = [one.tracked(seen=one.seen_ms == wall_ms) for one in self._followed if one.certain]
        return Tracks(self._camera_id, wall_ms, (*now, *ended))

    def at(self, box: Box) -> str:
        """The id of what the newest look saw at just this place; empty when that is not followed."""
        now = (one for one in self._followed if one.seen_ms == self._last_ms)
        return next((one.id for one in now if one.place == box), "")

    def _lost(self, wall_ms: int) -> list[TrackedObject]:
        """Let go of what has ended; told of once, if it ever was."""
        away = not 0 <= wall_ms - self._last_ms <= GAP_MS
        lost = [one for one in self._followed if away or wall_ms - one.seen_ms > one.patience_ms]
        self._followed = [one for one in self._followed if one not in lost]
        return [one.tracked(seen=False, ended=True) for one in lost if one.certain]

    def _given(
        self, objects: list[SeenObject], followed: list[_Followed], turn: int, wall_ms: int
    ) -> tuple[list[SeenObject], list[_Followed]]:
        """One round: objects go to the tracks they fit best. Returns what is left of both."""
        places = [_corners(seen.box, _ENLARGED[turn]) for seen in objects if seen.box is not None]
        tracks = [_corners(one.box, _ENLARGED[turn]) for one in followed]
        alike = {}
        for row, place in enumerate(places):
            for column, track in enumerate(tracks):
                like = _alike(place, track)
                if like and objects[row].label != followed[column].label:
                    like -= _OTHER_LABEL
                if like >= _ALIKE[turn]:
                    alike[row, column] = like
        fits = best_pairs(alike)
        for row, column in fits:
            followed[column].see(objects[row], wall_ms)
        used, found = {row for row, _ in fits}, {column for _, column in fits}
        return (
            [seen for row, seen in enumerate(objects) if row not in used],
            [one for column, one in enumerate(followed) if column not in found],
        )

    def _begin(self, seen: SeenObject, wall_ms: int) -> None:
        self._begun += 1
        self._followed.append(_Followed(f"{self._name}{_base36(self._first_ms)}-{self._begun}", seen, wall_ms))


def detector_of(track_id: str) -> str:
    """Whose track it is: a tracker's name and a dash come before the time of its first look and the track's number."""
    return track_id.rsplit("-", 2)[0]


class _Followed:
    """One object: what was seen of it, where the newest look saw it (`place`), and where it is expected (`box`)."""

    def __init__(self, track_id: str, seen: SeenObject, wall_ms: int) -> None:
        self.id = track_id
        self._labels: Counter[str] = Counter()
        self._texts: dict[str, float] = {}
        self._old: deque[TrackPoint] = deque()
        self._points: deque[TrackPoint] = deque()
        self._speed = (0.0, 0.0)
        self._at_ms = self.seen_ms = wall_ms
        self.label, self.text = seen.label, seen.text
        self.box: Box = seen.box or NOWHERE
        self.place = self.box
        self.certain = False
        self._note(seen, wall_ms)

    @property
    def patience_ms(self) -> int:
        """How long it may stay unseen before it has ended."""
        return LOST_AFTER_MS if self.certain else TWICE_WITHIN_MS

    def expect(self, wall_ms: int) -> None:
        """Move the box to where it is expected at that moment."""
        left, top, width, height = self.box
        passed_ms = wall_ms - self._at_ms
        self.box = (left + self._speed[0] * passed_ms, top + self._speed[1] * passed_ms, width, height)
        self._at_ms = wall_ms

    def see(self, seen: SeenObject, wall_ms: int) -> None:
        """It is this one; `expect` was called for the same moment."""
        self.place = left, top, width, height = seen.box or NOWHERE
        x, y = self.box[0] + self.box[2] / 2, self.box[1] + self.box[3] / 2
        off_x, off_y = left + width / 2 - x, top + height / 2 - y
        passed_ms = max(wall_ms - self.seen_ms, SOONEST_MS)
        quick, sure = (_gain(passed_ms, _SPEED_MS), _gain(passed_ms, _PLACE_MS)) if self.certain else (1.0, 1.0)
        speed = self._speed if self.certain else (0.0, 0.0)
        self._speed = (speed[0] + quick * off_x / passed_ms, speed[1] + quick * off_y / passed_ms)
        grown = _gain(passed_ms, _SIZE_MS)
        width, height = self.box[2] + grown * (width - self.box[2]), self.box[3] + grown * (height - self.box[3])
        self.box = (x + sure * off_x - width / 2, y + sure * off_y - height / 2, width, height)
        self.seen_ms = wall_ms
        self.certain = True
        self._note(seen, wall_ms)

    def _note(self, seen: SeenObject, wall_ms: int) -> None:
        self._points.append(TrackPoint(wall_ms, _inside(self.box), seen.score))
        while self._points[0].wall_ms < wall_ms - ALL_KEPT_MS:
            point = self._points.popleft()
            if not self._old or point.wall_ms >= self._old[-1].wall_ms + OLD_EACH_MS:
                self._old.append(point)
        while self._old and self._old[0].wall_ms < wall_ms - KEPT_MS:
            self._old.popleft()
        self._labels[seen.label] += 1
        if self._labels[seen.label] >= self._labels[self.label]:
            self.label = seen.label
        if seen.text:
            self._texts[seen.text] = self._texts.get(seen.text, 0.0) + seen.score
            self.text = max(self._texts, key=self._texts.__getitem__)

    def tracked(self, *, seen: bool, ended: bool = False) -> TrackedObject:
        """What others are told of it; while it is not seen, its last point is the expected one, with score 0."""
        points = (*self._old, *self._points)
        if not seen and not ended:
            points += (TrackPoint(self._at_ms, _inside(self.box), 0.0),)
        return TrackedObject(self.id, self.label, points, seen, ended, self.text)


def _inside(box: Box) -> Box:
    """What of it lies in the picture."""
    left, top, right, bottom = (min(max(part, 0.0), 1.0) for part in _corners(box, 0.0))
    return left, top, right - left, bottom - top


def _gain(passed_ms: int, constant_ms: float) -> float:
    return 1.0 - math.exp(-passed_ms / constant_ms)


def _corners(box: Box, enlarged: float) -> Corners:
    """Of a box that is larger by a share of its size on each side."""
    left, top, width, height = box
    across, down = width * enlarged, height * enlarged
    return left - across, top - down, left + width + across, top + height + down


def _alike(one: Corners, other: Corners) -> float:
    """Intersection over union."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return wide * high / (areas - wide * high)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
