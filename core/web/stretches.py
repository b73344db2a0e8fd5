"""Recorded stretches for players that keep time themselves: fragments as they are stored, with UTC as media time.

One answer holds one initialization segment (ISO/IEC 14496-12 section 8.8) and fragments of just that format whose
decode times count from 1970-01-01 UTC, so that several cameras lie on one time line and gaps stay gaps. Equal formats
give equal initialization segments, byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from core.media.fragments import Fragment, cover
from core.media.h26x import codec_string
from core.media.mp4.fragment import Shift, patch
from core.media.mp4.init import init_segment
from core.media.mp4.muting import blank, mute
from core.media.units import Track
from core.recording import queries
from core.recording.reading import Place
from core.web.playback import NothingRecorded, readers
from core.web.ranges import ThreadedSource


@dataclass(frozen=True, slots=True)
class _Part:
    """Fragments of one segment."""

    place: Place
    start_ms: int
    fragments: list[Fragment]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one answer holds. settled: nothing of it is being recorded any more.

    tracks: of the answer, the first being the video; sound: track_IDs of those in the recording that are left out.
    """

    tracks: tuple[Track, ...]
    parts: list[_Part]
    settled: bool
    sound: frozenset[int]

    @property
    def content_type(self) -> str:
        """With the codecs that Media Source Extensions must be told (RFC 6381)."""
        return self.content_type_as(codec_string(self.tracks[0]))

    def content_type_as(self, video: str) -> str:
        """The same with another codec string of its video."""
        return f'video/mp4; codecs="{",".join([video, *(codec_string(track) for track in self.tracks[1:])])}"'

    def source(self) -> ThreadedSource:
        """Its bytes, read in threads at the client's pace."""
        init = init_segment(self.tracks)
        size = len(init) + sum(fragment.size for part in self.parts for fragment in part.fragments)
        return ThreadedSource(size, lambda start, end: self._chunks(init))

    def probe(self) -> None:
        """Raises StorageError when not even the first bytes can be read."""
        readers().read_now(self.parts[0].place, self.parts[0].fragments[0].offset, 16)

    def _chunks(self, init: bytes) -> Iterator[bytes]:
        yield init
        sequence = count(1)
        for part in self.parts:
            shifts = {
                number: Shift(number, 1, part.start_ms * track.timescale // 1000)
                for number, track in enumerate(self.tracks, 1)
            }
            for fragment in part.fragments:
                data = bytearray(readers().read_now(part.place, fragment.offset, fragment.size))
                if len(data) != fragment.size:
                    raise EOFError("the recording is shorter than its index says")
                if self.sound:
                    blank(data, mute(data, fragment.size, self.sound))
                patch(data, next(sequence), shifts)
                yield bytes(data)


def stretch(
    camera_id: int, start_ms: int, end_ms: int, stream: int, *, following: bool = False, silent: bool = False
) -> Stretch:
    """What is recorded in [start_ms, end_ms) in the format that it begins with, from the keyframe before the start on.

    following: the client has what comes before the start, so begin there without a keyframe. silent: without sound.
    Raises NothingRecorded.
    """
    tracks: tuple[Track, ...] = ()
    parts: list[_Part] = []
    settled = True
    for segment in queries.segments(camera_id, start_ms, end_ms, stream):
        fragments = segment.fragments()
        first, last = cover(fragments, start_ms - segment.start_ms, end_ms - segment.start_ms)
        chosen = fragments[first:last]
        if following and not parts:
            chosen = [one for one in chosen if segment.start_ms + one.start_ms + one.duration_ms // 2 > start_ms]
        if not chosen:
            continue
        if parts and segment.tracks != tracks:
            break
        tracks = segment.tracks
        parts.append(_Part(segment.place, segment.start_ms, chosen))
        settled = settled and not segment.open
    if not parts:
        raise NothingRecorded("Nothing is recorded in this range; GET /api/v1/recordings/ says what is.")
    kept = tuple(track for track in tracks if track.is_video) if silent else tracks  # video is track 1, always
    return Stretch(kept, parts, settled, frozenset(range(len(kept) + 1, len(tracks) + 1)))
