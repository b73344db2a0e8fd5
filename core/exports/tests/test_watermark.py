"""A name drawn all over pictures."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame

from core.exports.watermark import SHIFT, Watermark


def plain(brightness: int, width: int = 640, height: int = 360) -> VideoFrame:
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = brightness
    frame = VideoFrame.from_ndarray(planes, "yuv420p")
    frame.pts, frame.time_base = 4711, Fraction(1, 90_000)
    return frame


@pytest.mark.parametrize("brightness", [16, 100, 160, 235])
def test_it_is_seen_on_dark_and_on_light_everywhere(brightness: int) -> None:
    drawn = Watermark("ada 2026-01-01").drawn(plain(brightness))
    assert (drawn.pts, drawn.time_base) == (4711, Fraction(1, 90_000))
    planes = drawn.to_ndarray()
    changed = planes[:360].astype(int) - brightness
    assert set(np.unique(changed)) == {0, SHIFT if brightness < 128 else -SHIFT}
    assert (planes[360:] == 128).all(), "colours stay"
    share = (changed != 0).mean()
    assert 0.01 < share < 0.12
    for rows in np.array_split(changed != 0, 3):
        for part in np.array_split(rows, 3, axis=1):
            assert part.any(), "no ninth of the picture is without it"


def test_sizes_may_change_and_texts_be_odd() -> None:
    mark = Watermark("a\u200b\n" + "ß" * 200)
    for size in ((640, 360), (64, 48), (1920, 1080)):
        assert mark.drawn(plain(50, *size)).width == size[0]
