"""One fragment: `prft`, `moof`, `mdat` in one piece of memory, ready for one write.

Every field that changes when fragments of several files are joined (sequence number, track_ID, sample description,
decode time) lies at a fixed place of its box, so `patch` needs no parsing and never changes a length:

    prft  32 bytes    media time and UTC of the first sample
    moof   8          mfhd 16
      traf   8        tfhd 32 (description, default duration, size, flags)   tfdt 20   trun
      traf …
    mdat   8
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from core.media.mp4.boxes import HEADER
from core.media.units import AccessUnit

PRFT_SIZE = 32
FIRST_TRAF = PRFT_SIZE + HEADER + 16
FREE = b"free"
_TRACK_ID = HEADER + 12
_DECODE_TIME = HEADER + 32 + 12
_SEQUENCE = PRFT_SIZE + HEADER + 12

_PRFT = struct.Struct(">I4sIIQQ")
_MOOF = struct.Struct(">I4sI4sII")
_TRAF = struct.Struct(">I4s I4sIIIIII I4sIQ I4sIII")
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
_TWO_IDS = struct.Struct(">II")
_MDAT = struct.Struct(">I4s")

_PRFT_VERSION_1 = 1 << 24 | 24  # flags 24: the UTC time at which the picture was taken (ISO/IEC 14496-12 8.16.5)
_TFHD_FLAGS = 0x02003A  # default-base-is-moof, description index, default duration, size and flags
_VERSION_1 = 1 << 24
_DATA_OFFSET, _FIRST_FLAGS, _DURATIONS, _SIZES, _FLAGS, _COMPOSITION = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800
SYNC, NO_SYNC = 0x02000000, 0x01010000  # sample_depends_on 2 / 1 and sample_is_non_sync_sample (section 8.8.3.1)
_NTP_EPOCH_S = 2_208_988_800


@dataclass(slots=True)
class Run:
    """Samples of one track in one fragment, in decoding order, at least one.

    decode_time: of the first sample on the file's time line, in ticks. last_duration: of the last sample; those before
    last until the next one's dts. delay: ticks taken from every composition offset, so that the first picture of a
    file is shown at 0 although B-frames make it wait.
    """

    track_id: int
    decode_time: int
    units: Sequence[AccessUnit]
    last_duration: int
    delay: int = 0
    description: int = 1


class Shift(NamedTuple):
    """How a track's part of a fragment moves into another file: new track_ID, sample description and ticks to add."""

    track_id: int
    description: int
    ticks: int


def ntp_time(wall_ms: int) -> int:
    """UTC ms since 1970 as 64-bit NTP time (RFC 5905 section 6)."""
    seconds, ms = divmod(wall_ms, 1000)
    return (seconds + _NTP_EPOCH_S << 32) + (ms << 32) // 1000


def wall_time(ntp: int) -> int:
    """64-bit NTP time as UTC ms since 1970, rounded."""
    return (ntp - (_NTP_EPOCH_S << 32)) * 1000 + (1 << 31) >> 32


def build(sequence: int, runs: Sequence[Run], wall_ms: int) -> tuple[bytes, int]:
    """The fragment's bytes, and how many come before the media data. wall_ms: UTC of the first run's first sample.

    Raises struct.error when a number does not fit its field (a fragment over 4 GiB, a sample over 13 h at 90 kHz).
    """
    tables = [_tables(run) for run in runs]
    moof_size = HEADER + 16 + sum(_TRAF.size + len(table) for _, table, _ in tables)
    first = runs[0]
    parts = [
        _PRFT.pack(PRFT_SIZE, b"prft", _PRFT_VERSION_1, first.track_id, ntp_time(wall_ms), first.decode_time),
        _MOOF.pack(moof_size, b"moof", 16, b"mfhd", 0, sequence),
    ]
    data_at = moof_size + HEADER
    for run, (fields, table, size) in zip(runs, tables, strict=True):
        parts += (_traf(run, fields, len(table), data_at), table)
        data_at += size
    parts.append(_MDAT.pack(data_at - moof_size, b"mdat"))
    for run in runs:
        parts += [unit.data for unit in run.units]
    return b"".join(parts), PRFT_SIZE + moof_size + HEADER


class _Fields(NamedTuple):
    flags: int
    samples: int
    default_duration: int
    default_flags: int
    first_flags: int


def _tables(run: Run) -> tuple[_Fields, bytes, int]:
    """The `trun` header's values, its table of samples and the bytes of all samples.

    A table has only the columns that vary: nearly always the size alone.
    """
    units = run.units
    sizes = [len(unit.data) for unit in units]
    times = [unit.dts for unit in units]
    durations = [after - before for before, after in pairwise(times)]
    durations.append(run.last_duration)
    offsets = [unit.pts - unit.dts - run.delay for unit in units]
    flags, columns = _DATA_OFFSET | _FIRST_FLAGS | _SIZES, [sizes]
    if durations.count(durations[0]) != len(durations):
        flags |= _DURATIONS
        columns.insert(0, durations)
    keys = [unit.keyframe for unit in units[1:]]
    all_keys = all(keys)
    if not all_keys and any(keys):
        flags = flags & ~_FIRST_FLAGS | _FLAGS
        columns.append([SYNC if unit.keyframe else NO_SYNC for unit in units])
    if any(offsets):
        flags |= _COMPOSITION
        columns.append([offset & 0xFFFFFFFF for offset in offsets])
    flat = sizes if len(columns) == 1 else [value for row in zip(*columns, strict=True) for value in row]
    first_flags = SYNC if units[0].keyframe else NO_SYNC
    fields = _Fields(flags, len(units), durations[0], SYNC if all_keys and keys else NO_SYNC, first_flags)
    if flags & _FIRST_FLAGS:
        flat = [first_flags, *flat]
    return fields, struct.pack(f">{len(flat)}I", *flat), sum(sizes)


def _traf(run: Run, fields: _Fields, table: int, data_at: int) -> bytes:
    """`traf` up to the table of its `trun` (sections 8.8.6 to 8.8.8, 8.8.12)."""
    return _TRAF.pack(
        *(_TRAF.size + table, b"traf"),
        *(32, b"tfhd", _TFHD_FLAGS, run.track_id, run.description, fields.default_duration, 0, fields.default_flags),
        *(20, b"tfdt", _VERSION_1, run.decode_time),
        *(20 + table, b"trun", _VERSION_1 | fields.flags, fields.samples, data_at),
    )


def patch(head: bytearray, sequence: int, shifts: Mapping[int, Shift]) -> None:
    """Move a fragment made by `build` into another file, in place: `head` is its bytes up to the media data.

    shifts: by the track_ID it was made with. A decode time before 0 becomes 0.
    Tracks that were made free space (core.media.mp4.muting) are passed over. Raises ValueError when these bytes are no
    such head, or a track is missing from `shifts`.
    """
    if head[4:8] != b"prft" or head[PRFT_SIZE + 4 : PRFT_SIZE + HEADER] != b"moof":
        raise ValueError("not the head of a fragment of ours")
    (moof_size,) = _U32.unpack_from(head, PRFT_SIZE)
    _U32.pack_into(head, _SEQUENCE, sequence)
    at, end = FIRST_TRAF, PRFT_SIZE + moof_size
    if end + HEADER > len(head):
        raise ValueError("the head of a fragment is cut short")
    while at < end:
        (size,) = _U32.unpack_from(head, at)
        track_id, _ = _TWO_IDS.unpack_from(head, at + _TRACK_ID)
        if head[at + 4 : at + 8] == FREE and size >= _TRAF.size:
            at += size
            continue
        if head[at + 4 : at + 8] != b"traf" or size < _TRAF.size or track_id not in shifts:
            raise ValueError(f"a fragment holds a track {track_id} that its segment does not declare")
        shift = shifts[track_id]
        _TWO_IDS.pack_into(head, at + _TRACK_ID, shift.track_id, shift.description)
        (decode_time,) = _U64.unpack_from(head, at + _DECODE_TIME)
        _U64.pack_into(head, at + _DECODE_TIME, max(decode_time + shift.ticks, 0))
        if at == FIRST_TRAF:
            _U32.pack_into(head, 12, shift.track_id)
            _U64.pack_into(head, 24, max(decode_time + shift.ticks, 0))
        at += size
