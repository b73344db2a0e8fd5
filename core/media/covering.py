"""Pictures without what lies under privacy masks: replaced, not darkened, so that nothing of it can be had back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.media.masks import Masks

_BLACK, _NO_COLOUR = 16, 128
_Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """The masks of one camera; without any it changes nothing. It remembers what they cover at each size."""

    polygons: Masks = ()
    _sizes: dict[tuple[int, int], tuple[_Bits, _Bits]] = field(default_factory=dict, compare=False, repr=False)

    def on(self, frame: VideoFrame) -> VideoFrame:
        """The frame with the masks black; in yuv420p when there are any. Its times stay."""
        if not self.polygons:
            return frame
        planes = _planes_of(frame)
        self.on_planes(planes, frame.width & ~1, frame.height & ~1)
        return _picture_of(planes, frame)

    def on_planes(self, planes: NDArray[np.uint8], width: int, height: int) -> None:
        """Cover in place. planes: yuv420p as PyAV's to_ndarray gives it: (height * 3 / 2, width), sizes even."""
        if not self.polygons:
            return
        luma, chroma = self._bits(width, height)
        planes[:height][luma] = _BLACK
        colours = planes[height:].reshape(2, height // 2, width // 2)
        colours[:, chroma] = _NO_COLOUR

    def _bits(self, width: int, height: int) -> tuple[_Bits, _Bits]:
        """Which samples of brightness and of colour are covered. Colour counts for four pixels: any of them covers."""
        found = self._sizes.get((width, height))
        if found is None:
            image = Image.new("1", (width, height))
            draw = ImageDraw.Draw(image)
            for polygon in self.polygons:
                draw.polygon([(x * width, y * height) for x, y in polygon], fill=1, outline=1)
            luma = np.asarray(image, dtype=np.bool_)
            fours = luma.reshape(height // 2, 2, width // 2, 2)
            chroma: _Bits = np.any(fours, axis=(1, 3), keepdims=True).reshape(height // 2, width // 2)
            found = (chroma.repeat(2, axis=0).repeat(2, axis=1), chroma)
            self._sizes[width, height] = found
        return found


def cover_boxes(frame: VideoFrame, boxes: Sequence[tuple[float, float, float, float]]) -> VideoFrame:
    """The frame with each box in one colour, the mean of what lies there; in yuv420p when there are any.

    Its times stay. boxes: left, top, width, height as fractions of the picture.
    """
    if not boxes:
        return frame
    planes = _planes_of(frame)
    width, height = frame.width & ~1, frame.height & ~1
    colours = planes[height:].reshape(2, height // 2, width // 2)
    for left, top, wide, tall in boxes:
        x0, x1 = int(left * width) // 2, min(-(-int(np.ceil((left + wide) * width)) // 2), width // 2)
        y0, y1 = int(top * height) // 2, min(-(-int(np.ceil((top + tall) * height)) // 2), height // 2)
        if x0 >= x1 or y0 >= y1:
            continue
        for part in (planes[2 * y0 : 2 * y1, 2 * x0 : 2 * x1], colours[0, y0:y1, x0:x1], colours[1, y0:y1, x0:x1]):
            part[:] = round(float(part.mean()))
    return _picture_of(planes, frame)


def _planes_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """yuv420p, sizes even: (height * 3 / 2, width)."""
    return np.asarray(frame.reformat(frame.width & ~1, frame.height & ~1, "yuv420p").to_ndarray(), np.uint8)


def _picture_of(planes: NDArray[np.uint8], like: VideoFrame) -> VideoFrame:
    """The planes as a frame with the times and colours of another."""
    made = VideoFrame.from_ndarray(planes, "yuv420p")
    made.pts = like.pts
    if like.time_base is not None:
        made.time_base = like.time_base
    made.color_range, made.colorspace = like.color_range, like.colorspace
    return made
