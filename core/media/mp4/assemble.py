"""One playable MP4 of any time range, made of stored fragments without copying them: a virtual file.

`ftyp`, `moov` (with the duration, and one sample entry for each format that occurs), `sidx`, then the fragments as
they lie on the volumes, only their heads patched. The size of everything is known from the fragment index, so HTTP byte
ranges work, and memory does not grow with the range. Gaps are skipped: media time is continuous.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.media.fragments import Fragment, decode
from core.media.mp4.boxes import full_box
from core.media.mp4.fragment import PRFT_SIZE, Shift, patch
from core.media.mp4.init import movie
from core.media.mp4.muting import blank, mute
from core.media.units import Track

S = TypeVar("S")

CHUNK = 512 * 1024
_MAX_REFERENCES = 0xFFFF
_LEAST_REFERENCE_MS = 2_000
_STARTS_WITH_SAP_1 = 0x90000000  # starts_with_SAP, SAP_type 1 (ISO/IEC 14496-12 section 8.16.3)


@dataclass(frozen=True, slots=True)
class Piece(Generic[S]):
    """Part of one segment. source: whatever tells the reader where its bytes are. tracks: in order of track_ID.

    index: the segment's encoded fragment index, of which fragments [first, last) are meant.
    """

    source: S
    tracks: tuple[Track, ...]
    index: bytes
    first: int
    last: int

    def fragments(self) -> list[Fragment]:
        """The fragments meant, decoded anew at each call so that a long range stays small in memory."""
        return decode(self.index)[self.first : self.last]


@dataclass(frozen=True, slots=True)
class _Place:
    """A piece's place in the virtual file: first byte, sequence number of its first fragment, its tracks' shifts.

    sound: track_IDs of those that are left out.
    """

    at: int
    sequence: int
    shifts: dict[int, Shift]
    sound: frozenset[int]


class VirtualMp4(Generic[S]):
    """The file of these pieces, in this order. silent: without sound, of which no byte is in the file then.

    size: bytes. duration_ms: media time. etag: the same for the same content. Raises ValueError when there is nothing.
    """

    def __init__(self, pieces: Sequence[Piece[S]], *, silent: bool = False) -> None:
        self._silent = silent
        self._pieces = [piece for piece in pieces if piece.last > piece.first]
        if not self._pieces:
            raise ValueError("there is nothing recorded in this range")
        self._formats: dict[tuple[bool, int], list[Track]] = {}
        self._places: list[_Place] = []
        references, self.duration_ms, body = self._plan()
        head = movie(list(self._formats.values()), duration_ms=self.duration_ms)
        scale = next(iter(self._formats))[1]
        if len(references) > _MAX_REFERENCES:
            references = _merged(references, self.duration_ms)
        self._head = head + _sidx(references, scale)
        self._starts = [place.at + len(self._head) for place in self._places]
        self.size = len(self._head) + body

    @property
    def etag(self) -> str:
        """A strong validator: of the plan, which fixes every byte."""
        digest = hashlib.sha256(self._head)
        for piece in self._pieces:
            digest.update(struct.pack(">II", piece.first, piece.last) + piece.index)
        return digest.hexdigest()[:32]

    def chunks(self, start: int, end: int, read: Callable[[S, int, int], bytes]) -> Iterator[bytes]:
        """The bytes [start, end) of the file in chunks of at most about half a MiB.

        read: called as read(source, offset, length); may block. Raises EOFError when stored bytes are missing.
        """
        end = min(end, self.size)
        if start < len(self._head) and start < end:
            yield self._head[start:end]
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self._pieces) and self._starts[number] < end:
            yield from self._piece_chunks(number, start, end, read)
            number += 1

    def _piece_chunks(self, number: int, start: int, end: int, read: Callable[[S, int, int], bytes]) -> Iterator[bytes]:
        piece, place, at = self._pieces[number], self._places[number], self._starts[number]
        for sequence, fragment in enumerate(piece.fragments(), place.sequence):
            low, high = max(start - at, 0), min(end - at, fragment.size)
            at += fragment.size
            while low < high:
                chunk = _chunk(piece.source, fragment, low, high, read, sequence, place)
                low += len(chunk)
                yield chunk

    def _plan(self) -> tuple[list[tuple[int, int, bool]], int, int]:
        """References (bytes, ms, at a keyframe) for `sidx`, the duration in ms and the bytes of all fragments."""
        references: list[tuple[int, int, bool]] = []
        time = at = sequence = 0
        for piece in self._pieces:
            fragments = piece.fragments()
            numbered = enumerate(piece.tracks, 1)
            kept = {number: track for number, track in numbered if track.is_video or not self._silent}
            shifts = {number: self._shift(track, time - fragments[0].start_ms) for number, track in kept.items()}
            sound = frozenset(range(1, len(piece.tracks) + 1)) - frozenset(kept)
            self._places.append(_Place(at, sequence + 1, shifts, sound))
            references += _merged([(item.size, item.duration_ms, item.keyframe) for item in fragments], 0)
            time += fragments[-1].end_ms - fragments[0].start_ms
            at += sum(item.size for item in fragments)
            sequence += len(fragments)
        return references, time, at

    def _shift(self, track: Track, ms: int) -> Shift:
        """Where a track goes in the virtual file; makes room for its format when that is new."""
        formats = self._formats.setdefault((track.is_video, track.timescale), [])
        if track not in formats:
            formats.append(track)
        number = list(self._formats).index((track.is_video, track.timescale)) + 1
        return Shift(number, formats.index(track) + 1, ms * track.timescale // 1000)


def _chunk(
    source: S,
    fragment: Fragment,
    low: int,
    high: int,
    read: Callable[[S, int, int], bytes],
    sequence: int,
    place: _Place,
) -> bytes:
    """Bytes of a fragment from `low`, at most CHUNK of them and none behind `high`; its head patched if in it.

    Its head is read in any case where sound is left out, as it says which bytes are sound.
    """
    high = min(high, low + CHUNK)
    if low >= fragment.head:
        data = bytearray(_read(source, fragment.offset + low, high - low, read))
        if place.sound:
            head = bytearray(_read(source, fragment.offset, fragment.head, read))
            blank(data, mute(head, fragment.size, place.sound), low)
        return bytes(data)
    data = bytearray(_read(source, fragment.offset, max(high, fragment.head), read))
    blank(data, mute(data, fragment.size, place.sound) if place.sound else ())
    patch(data, sequence, place.shifts)
    return bytes(memoryview(data)[low:high])


def _read(source: S, offset: int, length: int, read: Callable[[S, int, int], bytes]) -> bytes:
    data = read(source, offset, length)
    if len(data) != length:
        raise EOFError(f"the recording ends at byte {offset + len(data)}, its index says more")
    return data


def _merged(references: list[tuple[int, int, bool]], total_ms: int) -> list[tuple[int, int, bool]]:
    """References joined so that each begins at a keyframe and they are few enough for one `sidx`."""
    least = max(_LEAST_REFERENCE_MS, total_ms * 2 // _MAX_REFERENCES)
    joined: list[tuple[int, int, bool]] = []
    for size, duration, key in references:
        if joined and (not key or joined[-1][1] < least):
            before = joined[-1]
            joined[-1] = before[0] + size, before[1] + duration, before[2]
        else:
            joined.append((size, duration, key))
    return joined


def _sidx(references: list[tuple[int, int, bool]], scale: int) -> bytes:
    """A segment index (ISO/IEC 14496-12 section 8.16.3) of what follows it directly.

    scale: ticks per second, those of track 1: FFmpeg takes the sum of the durations as the track's without conversion.
    Each reference begins at a `moof`, not at the `prft` before it: FFmpeg (and so Chromium) knows fragments by their
    `moof` and seeks to wrong ones otherwise. The first `prft` is skipped, each next one ends the reference before it.
    """
    size, ms, key = references[-1]
    references[-1] = size - PRFT_SIZE, ms, key
    rows = (
        struct.pack(">III", size, ms * scale // 1000, _STARTS_WITH_SAP_1 if key else 0) for size, ms, key in references
    )
    head = struct.pack(">IIQQHH", 1, scale, 0, PRFT_SIZE, 0, len(references))
    return full_box(b"sidx", 1, 0, head, *rows)
