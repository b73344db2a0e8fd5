"""A decoded picture at the size and in the format a detector asked for, written where its worker reads it."""

from __future__ import annotations

import threading
from collections import OrderedDict

from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from core.hookspecs.detectors import PixelFormat

_DEPTHS: dict[PixelFormat, int] = {"gray": 1, "rgb24": 3, "bgr24": 3}


_MOST_KEPT = 8


class Reformatters(threading.local):
    """swscale's tables, of which it needs one set for each pair of sizes: 0.3 MB. One set serves all lookers whose
    pictures a thread scales.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int | str, ...], VideoReformatter] = OrderedDict()

    def get(self, *sizes: int | str) -> VideoReformatter:
        """For these sizes and formats; the one unused for longest goes when there are too many."""
        found = self._kept.pop(sizes) if sizes in self._kept else VideoReformatter()
        self._kept[sizes] = found
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found


_reformatters = Reformatters()


class Scaler:
    """For one looker."""

    def __init__(self, width: int, pixel_format: PixelFormat) -> None:
        self._width = width
        self._format = pixel_format

    def size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height it will have: never larger than it is."""
        if not 0 < self._width < frame.width:
            return frame.width, frame.height
        return self._width, max(round(frame.height * self._width / frame.width), 1)

    def bytes_of(self, frame: VideoFrame) -> int:
        """How many bytes it will take."""
        width, height = self.size(frame)
        return width * height * _DEPTHS[self._format]

    def write(self, frame: VideoFrame, target: memoryview) -> None:
        """Write it without padding; target has `bytes_of(frame)` bytes."""
        width, height = self.size(frame)
        row = width * _DEPTHS[self._format]
        plane = self._plane(frame, width, height)
        step, data = plane.line_size, memoryview(plane)
        if step == row:
            target[:] = data[: row * height]
            return
        for line in range(height):
            target[line * row : (line + 1) * row] = data[line * step : line * step + row]

    def _plane(self, frame: VideoFrame, width: int, height: int) -> VideoPlane:
        """Gray is the luma plane as sent. Its range is called full on both sides, or swscale would stretch it."""
        luma_first = frame.format.name.startswith(("yuv4", "yuvj4", "nv12", "gray"))
        if self._format == "gray" and (width, height) == (frame.width, frame.height) and luma_first:
            return frame.planes[0]
        same = (
            {"src_color_range": ColorRange.JPEG, "dst_color_range": ColorRange.JPEG} if self._format == "gray" else {}
        )
        # In this thread: swscale would otherwise have one of its own for each core and looker, at a seventh of all CPU.
        tables = _reformatters.get(frame.width, frame.height, frame.format.name, width, height, self._format)
        made = tables.reformat(frame, width, height, self._format, interpolation=Interpolation.AREA, threads=1, **same)
        return made.planes[0]
