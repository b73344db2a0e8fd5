"""Sequence parameter sets of H.264 and H.265: what a track must know of its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from core.media.bits import BitReader, rbsp

_H264_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_EXTENDED_SAR = 255


@dataclass(frozen=True, slots=True)
class Sps:
    """width, height: luma samples after cropping. fps: 0.0 when the VUI has no timing. chroma_format: 0 to 3."""

    width: int
    height: int
    fps: float
    chroma_format: int
    bit_depth_luma: int
    bit_depth_chroma: int
    temporal_layers: int = 1
    temporal_nesting: bool = True


def parse_h264_sps(nal: bytes) -> Sps:
    """Read an H.264 SPS NAL unit (ITU-T H.264 section 7.3.2.1.1). Raises ValueError when it is broken."""
    bits = BitReader(rbsp(nal)[1:])
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    chroma, luma_depth, chroma_depth = _h264_chroma(bits) if profile in _H264_HIGH else (1, 8, 8)
    bits.ue()
    _h264_order_count(bits)
    bits.ue()
    bits.flag()
    width = (bits.ue() + 1) * 16
    map_units = bits.ue() + 1
    frames_only = bits.flag()
    if not frames_only:
        bits.flag()
    height = map_units * 16 * (1 if frames_only else 2)
    bits.flag()
    if bits.flag():
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * (1 if frames_only else 2)
        width -= (bits.ue() + bits.ue()) * unit_x
        height -= (bits.ue() + bits.ue()) * unit_y
    fps = _h264_fps(bits) if bits.flag() else 0.0
    return _checked(Sps(width, height, fps, chroma, luma_depth, chroma_depth))


def parse_h265_sps(nal: bytes) -> Sps:
    """Read an H.265 SPS NAL unit (ITU-T H.265 section 7.3.2.2.1). Raises ValueError when it is broken."""
    bits = BitReader(rbsp(nal)[2:])
    bits.u(4)
    layers = bits.u(3)
    nesting = bits.flag()
    _h265_profile_tier_level(bits, layers)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    width, height = bits.ue(), bits.ue()
    if bits.flag():
        width -= (bits.ue() + bits.ue()) * (2 if chroma in (1, 2) else 1)
        height -= (bits.ue() + bits.ue()) * (2 if chroma == 1 else 1)
    luma_depth, chroma_depth = bits.ue() + 8, bits.ue() + 8
    try:
        fps = _h265_fps(bits, layers)
    except ValueError:
        fps = 0.0  # extensions after the picture size are read for the frame rate only
    return _checked(Sps(width, height, fps, chroma, luma_depth, chroma_depth, layers + 1, nesting))


def _checked(sps: Sps) -> Sps:
    if not (0 < sps.width <= 65535 and 0 < sps.height <= 65535):
        raise ValueError(f"the parameter set claims a picture of {sps.width}x{sps.height}")
    return sps


def _h264_chroma(bits: BitReader) -> tuple[int, int, int]:
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    depths = bits.ue() + 8, bits.ue() + 8
    bits.flag()
    if bits.flag():
        for index in range(12 if chroma == 3 else 8):
            if bits.flag():
                _h264_skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma, *depths


def _h264_skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _h264_order_count(bits: BitReader) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.flag()
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()


def _skip_vui_colour(bits: BitReader) -> None:
    if bits.flag() and bits.u(8) == _EXTENDED_SAR:
        bits.u(32)
    if bits.flag():
        bits.flag()
    if bits.flag():
        bits.u(4)
        if bits.flag():
            bits.u(24)
    if bits.flag():
        bits.ue()
        bits.ue()


def _h264_fps(bits: BitReader) -> float:
    """The VUI as far as its timing (H.264 annex E.1.1); a frame is two ticks."""
    _skip_vui_colour(bits)
    if not bits.flag():
        return 0.0
    tick, scale = bits.u(32), bits.u(32)
    return scale / (2 * tick) if tick else 0.0


def _h265_profile_tier_level(bits: BitReader, layers: int) -> None:
    bits.u(88)
    bits.u(8)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.u(2 * (8 - layers))
    for profile, level in present:
        bits.u(88 * profile + 8 * level)


def _h265_fps(bits: BitReader, layers: int) -> float:
    order_bits = bits.ue() + 4
    for _ in range(layers + 1 if bits.flag() else 1):
        bits.ue()
        bits.ue()
        bits.ue()
    for _ in range(6):
        bits.ue()
    if bits.flag() and bits.flag():
        _h265_skip_scaling_lists(bits)
    bits.u(2)
    if bits.flag():
        bits.u(8)
        bits.ue()
        bits.ue()
        bits.flag()
    _h265_skip_reference_sets(bits)
    if bits.flag():
        for _ in range(bits.ue()):
            bits.u(order_bits + 1)
    bits.u(2)
    return _h265_vui_fps(bits) if bits.flag() else 0.0


def _h265_skip_scaling_lists(bits: BitReader) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not bits.flag():
                bits.ue()
                continue
            if size > 1:
                bits.se()
            for _ in range(min(64, 1 << (4 + (size << 1)))):
                bits.se()


def _h265_skip_reference_sets(bits: BitReader) -> None:
    """Short-term reference picture sets (H.265 section 7.3.7); only their number of entries matters here."""
    entries = 0
    for index in range(bits.ue()):
        if index and bits.flag():
            bits.flag()
            bits.ue()
            kept = 0
            for _ in range(entries + 1):
                used = bits.flag()
                kept += used or bits.flag()
            entries = kept
        else:
            entries = bits.ue() + bits.ue()
            for _ in range(entries):
                bits.ue()
                bits.flag()


def _h265_vui_fps(bits: BitReader) -> float:
    """The VUI as far as its timing (H.265 annex E.2.1)."""
    _skip_vui_colour(bits)
    bits.u(3)
    if bits.flag():
        for _ in range(4):
            bits.ue()
    if not bits.flag():
        return 0.0
    tick, scale = bits.u(32), bits.u(32)
    return scale / tick if tick else 0.0
