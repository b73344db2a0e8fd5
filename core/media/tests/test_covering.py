"""Privacy masks on pictures."""

import numpy as np
import pytest
from av.video.frame import VideoFrame

from core.media.covering import Cover
from core.media.masks import MaskError, checked_polygon, share_under

TRIANGLE = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9))


def _grey(width: int, height: int) -> VideoFrame:
    return VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 200, np.uint8), "yuv420p")


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([(0, 0), (1, 0)], "3 to 32 corners"),
        ([(0, 0)] * 33, "3 to 32 corners"),
        ([(0, 0), (1.1, 0), (1, 1)], "outside the picture"),
        ([(0, 0), (float("nan"), 0), (1, 1)], "outside the picture"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "cross each other"),
        ([(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)], "cross each other"),
        ([(0, 0), (0.5, 0), (1, 0)], "next to nothing"),
    ],
)
def test_what_is_no_mask_is_refused_with_the_reason(points: list[tuple[float, float]], why: str) -> None:
    with pytest.raises(MaskError, match=why):
        checked_polygon(points)


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (321, 241)])
def test_what_lies_under_a_mask_is_gone_and_the_rest_is_as_it_was(size: tuple[int, int]) -> None:
    frame = _grey(size[0] & ~1, size[1] & ~1)
    frame.pts = 17
    covered = Cover((checked_polygon(TRIANGLE),)).on(frame)
    assert covered.pts == 17
    rows = covered.to_ndarray()
    luma, chroma = rows[: covered.height], rows[covered.height :]
    assert luma[covered.height // 4, covered.width // 4] == 16
    assert luma[covered.height * 3 // 4, covered.width * 3 // 4] == 200
    assert 0.31 < (luma == 16).mean() < 0.33  # the triangle's area is 0.32
    assert set(np.unique(luma)) == {16, 200}
    assert set(np.unique(chroma)) == {128, 200}
    assert (chroma == 128).mean() == pytest.approx((luma == 16).mean(), abs=0.001)


def test_without_masks_nothing_is_touched() -> None:
    frame = _grey(64, 48)
    assert Cover().on(frame) is frame


U_SHAPE = ((0, 0), (0.2, 0), (0.2, 0.6), (0.4, 0.6), (0.4, 0), (0.6, 0), (0.6, 0.8), (0, 0.8))


@pytest.mark.parametrize(
    ("box", "masks", "share"),
    [
        ((0.1, 0.1, 0.2, 0.2), (TRIANGLE,), 1.0),
        ((0.1, 0.1, 0.8, 0.8), (TRIANGLE,), 0.5),
        ((0.6, 0.6, 0.2, 0.2), (TRIANGLE,), 0.0),
        ((0.2, 0.1, 0.2, 0.4), (U_SHAPE,), 0.0),  # between its arms
        ((0.0, 0.0, 0.6, 0.6), (U_SHAPE,), 2 / 3),
        ((0.1, 0.0, 0.2, 0.2), (TRIANGLE, U_SHAPE), 1.0),  # what two masks cover counts once at the most
        ((0.2, 0.2, 0.0, 0.0), (TRIANGLE,), 1.0),
        ((0.2, 0.2, 0.1, 0.1), (), 0.0),
    ],
)
def test_how_much_of_a_box_lies_under_masks(
    box: tuple[float, float, float, float], masks: tuple[tuple[tuple[float, float], ...], ...], share: float
) -> None:
    assert share_under(box, masks) == pytest.approx(share, abs=1e-5)
