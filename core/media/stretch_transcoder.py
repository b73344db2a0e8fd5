"""Recorded fragments of any video made into fragments of H.264 with the same times, sound untouched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from core.media.masks import Masks
from core.media.mp4.fragment import Run, build
from core.media.mp4.init import init_segment
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.tracks import VIDEO_TIMESCALE
from core.media.transcoder import Transcoder
from core.media.units import AccessUnit, Track

_USUAL_STEP = VIDEO_TIMESCALE // 25


class StretchTranscoder:
    """One stretch of fragments that begins with a keyframe.

    max_width: pixels; wider pictures are made smaller. from_ms: on the fragments' time line; what comes before is only
    decoded.
    """

    def __init__(self, init: bytes, max_width: int, from_ms: int = 0, masks: Masks = ()) -> None:
        """Raises ValueError when `init` is no initialization segment of ours."""
        self._tracks = tracks_of(init)
        self._from_ms = from_ms
        self._video = Transcoder(self._tracks[0], max_width, masks)
        self._video.from_pts = from_ms * VIDEO_TIMESCALE // 1000
        self._told: Track | None = None
        self._sound: list[AccessUnit] = []
        self._step = _USUAL_STEP
        self._numbers = count(1)

    def push(self, fragment: bytes) -> Iterator[bytes]:
        """What comes out for one fragment: before the first one the initialization segment.

        Raises ValueError when it is no fragment of this stretch.
        """
        pictures: list[AccessUnit] = []
        for unit in samples(fragment, self._tracks):
            if unit.track == 0:
                pictures += self._video.push(unit)
            elif (unit.dts + unit.duration) * 1000 > self._from_ms * self._tracks[1].timescale:
                self._sound.append(unit)
        yield from self._fragment(pictures)

    def end(self) -> Iterator[bytes]:
        """What the decoder has kept back."""
        yield from self._fragment(self._video.end())

    def _fragment(self, pictures: Sequence[AccessUnit]) -> Iterator[bytes]:
        if not pictures:
            return
        if self._told != self._video.track:
            self._told = self._video.track
            yield init_segment([track for track in (self._told, *self._tracks[1:]) if track is not None])
        if len(pictures) > 1:
            self._step = pictures[-1].pts - pictures[-2].pts
        runs = [Run(1, pictures[0].dts, pictures, self._step)]
        sound, self._sound = self._sound, []
        if sound:
            runs.append(Run(2, sound[0].dts, sound, sound[-1].duration))
        yield build(next(self._numbers), runs, pictures[0].wall_ms)[0]
