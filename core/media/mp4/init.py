"""The start of a fragmented file: `ftyp`, `moov` and, in Eyrie's own files, who it belongs to."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from core.media.mp4.boxes import box, full_box
from core.media.mp4.entries import sample_entry
from core.media.units import Track

EYRIE_UUID = bytes.fromhex("6c1f5a0e3b7d4c52a4e90d6579726965")
"""Type of the `uuid` box that holds a segment's own description, JSON in UTF-8."""

_MOVIE_TIMESCALE = 1000
_FTYP = box(b"ftyp", b"iso6", struct.pack(">I", 512), b"iso6", b"iso5", b"mp41")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_NO_SAMPLES = b"".join(
    (full_box(b"stts", 0, 0, bytes(4)), full_box(b"stsc", 0, 0, bytes(4)), full_box(b"stsz", 0, 0, bytes(8)),
     full_box(b"stco", 0, 0, bytes(4)))
)  # fmt: skip
_DATA_HERE = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))


def init_segment(tracks: Sequence[Track], *, duration_ms: int | None = None, meta: bytes | None = None) -> bytes:
    """`ftyp` and `moov` of these tracks; track n gets track_ID n + 1 by its place in `tracks`.

    duration_ms: of the whole presentation, when known. meta: goes into a `uuid` box behind.
    Raises ValueError for a codec that MP4 cannot hold.
    """
    return movie([[track] for track in tracks], duration_ms=duration_ms, meta=meta)


def movie(formats: Sequence[Sequence[Track]], *, duration_ms: int | None = None, meta: bytes | None = None) -> bytes:
    """Like `init_segment` for tracks that change: one list a track, one sample entry for each format in it.

    The formats of one track share its timescale.
    """
    traks = [_trak(number, track) for number, track in enumerate(formats, 1)]
    trexes = [full_box(b"trex", 0, 0, struct.pack(">IIIII", number, 1, 0, 0, 0)) for number in range(1, len(traks) + 1)]
    mehd = full_box(b"mehd", 1, 0, struct.pack(">Q", duration_ms)) if duration_ms is not None else b""
    moov = box(b"moov", _mvhd(len(traks) + 1), *traks, box(b"mvex", mehd, *trexes))
    return _FTYP + moov + (box(b"uuid", EYRIE_UUID, meta) if meta is not None else b"")


def _mvhd(next_track: int) -> bytes:
    times = struct.pack(">IIIIIH10x", 0, 0, _MOVIE_TIMESCALE, 0, 0x10000, 0x100)
    return full_box(b"mvhd", 0, 0, times, _MATRIX, bytes(24), struct.pack(">I", next_track))


def _trak(number: int, formats: Sequence[Track]) -> bytes:
    first = formats[0]
    volume = 0 if first.is_video else 0x100
    group = 0 if first.is_video else 1  # alternate_group: players choose one audio track
    size = struct.pack(">II", max(f.width for f in formats) << 16, max(f.height for f in formats) << 16)
    tkhd_head = struct.pack(">IIIII8xHHHxx", 0, 0, number, 0, 0, 0, group, volume)
    tkhd = full_box(b"tkhd", 0, 3, tkhd_head, _MATRIX, size)
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, first.timescale, 0, 0x55C4, 0))
    kind, name = (b"vide", b"video\0") if first.is_video else (b"soun", b"audio\0")
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), kind, bytes(12), name)
    media = full_box(b"vmhd", 0, 1, bytes(8)) if first.is_video else full_box(b"smhd", 0, 0, bytes(4))
    stsd = full_box(b"stsd", 0, 0, struct.pack(">I", len(formats)), *map(sample_entry, formats))
    minf = box(b"minf", media, _DATA_HERE, box(b"stbl", stsd, _NO_SAMPLES))
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf))
