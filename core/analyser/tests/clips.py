"""Small clips made by FFmpeg's encoder for the analyser's tests: each picture's grey tells its number."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from core.media.h26x import annexb_to_prefixed, video_track
from core.media.units import AccessUnit, Codec, Track

WIDTH, HEIGHT = 64, 48
FPS = 10
BEGIN_MS = 1_700_000_000_000


def grey(number: int) -> int:
    """Of picture `number`."""
    return 40 + number % 20 * 8


def units(pictures: int, group: int, b_frames: int = 0) -> tuple[Track, list[AccessUnit]]:
    """So many pictures, a keyframe every `group`, as access units in decoding order; 10 a second."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 90_000), Fraction(FPS)
    encoder.options = {
        "g": str(group),
        "bf": str(b_frames),
        "sc_threshold": "0",
        "crf": "10",
        "x264-params": "open-gop=0",
    }
    encoder.flags |= av.codec.context.Flags.global_header
    packets = []
    for number in range(pictures):
        planes = np.full((HEIGHT * 3 // 2, WIDTH), grey(number), np.uint8)
        planes[HEIGHT : HEIGHT * 5 // 4], planes[HEIGHT * 5 // 4 :] = 120, 150  # a little red
        frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
        frame.pts, frame.time_base = number * 9000, Fraction(1, 90_000)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    track = video_track(0, Codec.H264, bytes(encoder.extradata or b""))
    assert track is not None
    made = [
        AccessUnit(
            0,
            packet.dts,
            packet.pts,
            9000,
            packet.is_keyframe,
            BEGIN_MS + packet.pts // 90,
            annexb_to_prefixed(bytes(packet)),
        )
        for packet in packets
    ]
    return track, made
