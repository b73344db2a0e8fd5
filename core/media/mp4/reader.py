"""Reading back the files that `init` and `fragment` made, whole or torn off anywhere."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.media.fragments import Fragment
from core.media.mp4.boxes import HEADER, children, find, parse_header
from core.media.mp4.fragment import NO_SYNC, wall_time
from core.media.mp4.init import EYRIE_UUID
from core.media.mp4.meta import SegmentMeta
from core.media.units import AccessUnit, Track

_MAX_HEAD = 16 * 1024 * 1024
_PROBE = 4096
_NOT_SYNC = NO_SYNC & 0x00010000


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """What a segment's file holds. valid: bytes up to the end of its last whole fragment; anything behind is torn.

    walls: UTC ms of each fragment's first sample, from its `prft`.
    """

    meta: SegmentMeta
    fragments: list[Fragment]
    walls: list[int]
    valid: int

    @property
    def end_ms(self) -> int:
        """End of the recording in UTC ms by its media time."""
        return self.meta.start_ms + (self.fragments[-1].end_ms if self.fragments else 0)


def scan(read: Callable[[int, int], bytes]) -> SegmentFile:
    """Read a segment's file through `read(offset, length)`, which is short only at the end of the file.

    Tolerates a tail torn anywhere behind the description: what is whole counts. Raises ValueError when not even the
    file's start is whole, or it is no segment of ours.
    """
    meta, at = _scan_start(read)
    fragments: list[Fragment] = []
    walls: list[int] = []
    while (found := _scan_fragment(read, at, meta.tracks)) is not None:
        fragment, wall = found
        fragments.append(fragment)
        walls.append(wall)
        at += fragment.size
    return SegmentFile(meta, _abutting(fragments), walls, at)


def _scan_start(read: Callable[[int, int], bytes]) -> tuple[SegmentMeta, int]:
    """The description, and where the first fragment begins."""
    at = 0
    while True:
        header = parse_header(read(at, 16))
        if header is None or header[0] not in (b"ftyp", b"moov", b"uuid") or header[2] > _MAX_HEAD:
            raise ValueError("not a segment of Eyrie's: its start is missing or damaged")
        kind, inner, size = header
        if kind == b"uuid":
            content = read(at + inner, size - inner)
            if len(content) < size - inner or content[:16] != EYRIE_UUID:
                raise ValueError("not a segment of Eyrie's: its description is missing or torn")
            return SegmentMeta.decode(content[16:]), at + size
        at += size


def _scan_fragment(
    read: Callable[[int, int], bytes], at: int, tracks: tuple[Track, ...]
) -> tuple[Fragment, int] | None:
    """The fragment that begins at a byte, and its wall time; None when there is no whole one."""
    head = read(at, _PROBE)
    prft, moof_at = parse_header(head[:16]), 0
    if prft is None or prft[0] != b"prft" or prft[2] > _PROBE - 16:
        return None
    moof_at = prft[2]
    moof = parse_header(head[moof_at : moof_at + 16])
    if moof is None or moof[0] != b"moof" or moof[2] > _MAX_HEAD:
        return None
    mdat_at = moof_at + moof[2]
    if len(head) < mdat_at + 16:
        head = read(at, mdat_at + 16)
    mdat = parse_header(head[mdat_at : mdat_at + 16])
    if mdat is None or mdat[0] != b"mdat":
        return None
    size = mdat_at + mdat[2]
    if len(read(at + size - 1, 1)) < 1:
        return None
    try:
        start, duration, keyframe = _timing(head[moof_at:mdat_at], tracks)
    except (ValueError, struct.error, IndexError):
        return None
    (ntp,) = struct.unpack_from(">Q", head, 16)
    return Fragment(at, size, mdat_at + mdat[1], start, duration, keyframe), wall_time(ntp)


def _timing(moof: bytes, tracks: tuple[Track, ...]) -> tuple[int, int, bool]:
    """Start and duration in ms of a fragment's first track, and whether that is video beginning with a keyframe."""
    run = next(_runs(moof), None)
    if run is None:
        raise ValueError("a fragment without a track")
    track = tracks[run.track_id - 1]
    start = run.decode_time * 1000 // track.timescale
    end = (run.decode_time + sum(run.durations)) * 1000 // track.timescale
    return start, end - start, track.is_video and run.keys[0]


def _abutting(fragments: list[Fragment]) -> list[Fragment]:
    """Each fragment's duration up to the next one, as the recorder counts it."""
    spans = ((one, max(after.start_ms - one.start_ms, 0)) for one, after in pairwise(fragments))
    return [one._replace(duration_ms=duration) for one, duration in spans] + fragments[-1:]


@dataclass(slots=True)
class _Samples:
    track_id: int
    decode_time: int
    data_at: int
    durations: list[int]
    sizes: list[int]
    keys: list[bool]
    offsets: list[int]


def _runs(moof: bytes) -> Iterator[_Samples]:
    """The runs of a whole `moof` box, header included."""
    for kind, start, end in children(moof, HEADER):
        if kind == b"traf":
            yield _run(moof, start, end)


def _run(moof: bytes, start: int, end: int) -> _Samples:
    places = {path: find(moof, path, start=start, end=end) for path in (b"tfhd", b"tfdt", b"trun")}
    tfhd, tfdt, trun = places[b"tfhd"], places[b"tfdt"], places[b"trun"]
    if tfhd is None or tfdt is None or trun is None:
        raise ValueError("a fragment without times or samples")
    _, track_id, _, duration, size, default_flags = struct.unpack_from(">6I", moof, tfhd[0])
    (decode_time,) = struct.unpack_from(">Q", moof, tfdt[0] + 4)
    flags, count, data_at = struct.unpack_from(">IIi", moof, trun[0])
    at, first_flags = trun[0] + 12, default_flags
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", moof, at)
        at += 4
    present = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    table = struct.unpack_from(f">{count * len(present)}I", moof, at)
    column = {bit: list(table[place :: len(present)]) for place, bit in enumerate(present)}
    sample_flags = column.get(0x400) or [first_flags] + [default_flags] * (count - 1)
    return _Samples(
        track_id,
        decode_time,
        data_at,
        column.get(0x100) or [duration] * count,
        column.get(0x200) or [size] * count,
        [not value & _NOT_SYNC for value in sample_flags],
        [value - (1 << 32) if value >> 31 else value for value in column.get(0x800, [0] * count)],
    )


def samples(data: bytes, tracks: tuple[Track, ...]) -> list[AccessUnit]:
    """The access units of one fragment (its bytes from `prft` on), track by track in decoding order.

    Times count from the segment's start; wall_ms from the fragment's `prft`. Raises ValueError when it is not whole.
    """
    try:
        return list(_samples(data, tracks))
    except (struct.error, IndexError):
        raise ValueError("not a whole fragment of ours") from None


def _samples(data: bytes, tracks: tuple[Track, ...]) -> Iterator[AccessUnit]:
    moof_at = int.from_bytes(data[:4], "big")
    _, _, moof_size = parse_header(data[moof_at : moof_at + 16]) or (b"", 0, 0)
    anchor_id, ntp, anchor_time = struct.unpack_from(">IQQ", data, 12)
    anchor_ms = wall_time(ntp) - anchor_time * 1000 // tracks[anchor_id - 1].timescale
    for run in _runs(data[moof_at : moof_at + moof_size]):
        track = tracks[run.track_id - 1]
        time, at = run.decode_time, moof_at + run.data_at
        for duration, size, key, offset in zip(run.durations, run.sizes, run.keys, run.offsets, strict=True):
            if at + size > len(data):
                raise ValueError("not a whole fragment of ours")
            wall = anchor_ms + (time + offset) * 1000 // track.timescale
            yield AccessUnit(track.index, time, time + offset, duration, key, wall, data[at : at + size])
            time, at = time + duration, at + size
