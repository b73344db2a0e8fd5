"""Sequence parameter sets of H.264 and H.265: what a track must know of its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from core.media.bits import BitReader, rbsp

_H264_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_H264_INTRA = frozenset({44, 86, 100, 110, 122, 244})  # with constraint_set3_flag
_H264_BASELINE = 66
_EXTENDED_SAR = 255
_MAX_REORDER = 16


@dataclass(frozen=True, slots=True)
class Sps:
    """width, height: luma samples after cropping. fps: 0.0 when the VUI has no timing. chroma_format: 0 to 3.

    reorder: how many pictures may be decoded before one and shown after it; None when it does not say.
    """

    width: int
    height: int
    fps: float
    chroma_format: int
    bit_depth_luma: int
    bit_depth_chroma: int
    temporal_layers: int = 1
    temporal_nesting: bool = True
    reorder: int | None = None


def parse_h264_sps(nal: bytes) -> Sps:
    """Read an H.264 SPS NAL unit (ITU-T H.264 section 7.3.2.1.1). Raises ValueError when it is broken."""
    bits = BitReader(rbsp(nal)[1:])
    profile, constraints = bits.u(8), bits.u(8)
    bits.u(8)
    bits.ue()
    chroma, luma_depth, chroma_depth = _h264_chroma(bits) if profile in _H264_HIGH else (1, 8, 8)
    bits.ue()
    in_order = _h264_order_count(bits) == 2 or profile == _H264_BASELINE
    in_order = in_order or (profile in _H264_INTRA and bool(constraints & 0x10))
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
    vui = bits.flag()
    fps = _h264_fps(bits) if vui else 0.0
    reorder = 0 if in_order else _h264_reorder(bits) if vui else None
    return _checked(Sps(width, height, fps, chroma, luma_depth, chroma_depth, reorder=reorder))


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
    fps, reorder = 0.0, None
    try:
        order_bits = bits.ue() + 4
        reorder = _h265_reorder(bits, layers)
        fps = _h265_fps(bits, order_bits)
    except ValueError:
        pass  # what comes after the picture size is welcome, not needed
    return _checked(Sps(width, height, fps, chroma, luma_depth, chroma_depth, layers + 1, nesting, reorder))


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


def _h264_order_count(bits: BitReader) -> int:
    """Skips it; returns pic_order_cnt_type, of which 2 means that pictures are shown as they are decoded."""
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.flag()
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()
    return kind


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
    bits.flag()
    return scale / (2 * tick) if tick else 0.0


def _h264_reorder(bits: BitReader) -> int | None:
    """max_num_reorder_frames, behind the VUI's timing (H.264 annex E.1.1); None when absent or broken."""
    try:
        nal, vcl = _h264_skip_hrd(bits), _h264_skip_hrd(bits)
        if nal or vcl:
            bits.flag()
        bits.flag()
        if not bits.flag():
            return None
        bits.flag()
        for _ in range(4):
            bits.ue()
        return _plausible(bits.ue())
    except ValueError:
        return None  # cameras that end their VUI early are common


def _h264_skip_hrd(bits: BitReader) -> bool:
    """Hypothetical decoder parameters (H.264 annex E.1.2), when present; whether they were."""
    if not bits.flag():
        return False
    count = bits.ue() + 1
    bits.u(8)
    for _ in range(min(count, 32)):
        bits.ue()
        bits.ue()
        bits.flag()
    bits.u(20)
    return True


def _plausible(reorder: int) -> int | None:
    return reorder if reorder <= _MAX_REORDER else None


def _h265_profile_tier_level(bits: BitReader, layers: int) -> None:
    bits.u(88)
    bits.u(8)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.u(2 * (8 - layers))
    for profile, level in present:
        bits.u(88 * profile + 8 * level)


def _h265_reorder(bits: BitReader, layers: int) -> int | None:
    """sps_max_num_reorder_pics of the whole stream, which is the highest layer's."""
    reorder = 0
    for _ in range(layers + 1 if bits.flag() else 1):
        bits.ue()
        reorder = bits.ue()
        bits.ue()
    return _plausible(reorder)


def _h265_fps(bits: BitReader, order_bits: int) -> float:
    """The frame rate, behind everything else (H.265 section 7.3.2.2.1 from log2_min_luma_coding_block_size on)."""
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
