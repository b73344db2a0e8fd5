"""Live fragments of any video made into live fragments of H.264, sound untouched."""

from __future__ import annotations

from collections.abc import Iterator

from core.media.live import LiveFragment, LiveFragmenter
from core.media.masks import Masks
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.transcoder import Transcoder
from core.media.units import AccessUnit, StreamInfo, Track


class LiveTranscoder:
    """One live stream, from an initialization segment on. max_width: pixels; wider pictures are made smaller."""

    def __init__(self, max_width: int, masks: Masks = ()) -> None:
        self._max_width = max_width
        self._masks = masks
        self._tracks: tuple[Track, ...] = ()
        self._told: Track | None = None
        self._begin()

    def begin(self, init: bytes) -> None:
        """A new initialization segment has come. Raises ValueError when it is none of ours."""
        self._tracks = tracks_of(init)
        self._begin()

    def push(self, fragment: bytes, *, show: bool = True) -> Iterator[bytes | LiveFragment]:
        """What comes out for one fragment: bytes are a new initialization segment.

        show=False: the picture is not wanted, it has been overtaken; keyframes are shown all the same.
        Raises ValueError when it is no fragment of this stream.
        """
        for unit in self._in_order(samples(fragment, self._tracks)):
            made = [unit]
            if self._transcoder is not None and unit.track == 0:
                made = self._transcoder.push(unit, show=show or unit.keyframe)
                yield from self._init()
            yield from self._fragmenter.push(made)

    def _begin(self) -> None:
        self._transcoder = Transcoder(self._tracks[0], self._max_width, self._masks) if self._tracks else None
        self._fragmenter = LiveFragmenter()
        self._told = None

    def _init(self) -> Iterator[bytes]:
        video = self._transcoder.track if self._transcoder is not None else None
        if video is None or video == self._told:
            return
        self._told = video
        init = self._fragmenter.on_stream(StreamInfo((video, *self._tracks[1:])))
        if init is not None:
            yield init

    @staticmethod
    def _in_order(units: list[AccessUnit]) -> list[AccessUnit]:
        """Sound first: a fragment is made when its picture comes, of the sound that came before."""
        return sorted(units, key=lambda unit: -unit.track)
