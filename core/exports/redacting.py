"""Covering in an export what plugins find in its pictures. Pictures wait until looks after them are known, so that what
a look finds is covered in the pictures before it, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation

from core.exports.trails import EARLIER_MS, Box, Trails
from core.hookspecs.detectors import Frame
from core.hookspecs.redaction import Redactor, RedactorSpec
from core.media.covering import cover_boxes
from core.pluginhost import UnknownName, host
from core.pluginhost.guard import describe

MOST_WAITING = 40
"""Pictures that wait for later looks, at most, so that memory stays flat: half a second of them at 60 a second."""


class RedactionFailed(Exception):
    """Something that was to be covered cannot be looked for; one sentence. Nothing is handed out then."""


class _Watcher:
    """One redactor over one file."""

    def __init__(self, name: str) -> None:
        try:
            entry = host().registry.entry(RedactorSpec, name)
        except UnknownName:
            raise RedactionFailed(
                f"{name} was to be covered, but no plugin that is loaded does that; enable it, or export without."
            ) from None
        self._plugin, self.spec = entry.plugin, entry.spec
        opened = host().run(self._plugin, f"open redactor {name}", entry.spec.open)
        if opened.value is None:
            raise self._failed(opened.error)
        self._redactor: Redactor = opened.value
        self.trails = Trails()
        self.looked_ms: int | None = None

    def is_due(self, ms: int) -> bool:
        """Whether it looks at a picture of this media time."""
        return self.looked_ms is None or not 0 <= ms - self.looked_ms < 1000 / self.spec.fps

    def look(self, picture: VideoFrame, ms: int, camera_id: int, wall_ms: int) -> None:
        """Note what is to be covered in this picture."""
        outcome = host().run(
            self._plugin,
            f"redactor {self.spec.name}",
            self._redactor.look,
            _seen(picture, self.spec, camera_id, wall_ms),
        )
        if outcome.value is None:
            raise self._failed(outcome.error)
        self.looked_ms = ms
        self.trails.add(ms, [_checked(box) for box in outcome.value])

    def close(self) -> None:
        """The file is over."""
        host().run(self._plugin, f"close redactor {self.spec.name}", self._redactor.close)

    def _failed(self, error: BaseException | None) -> RedactionFailed:
        why = str(error) if isinstance(error, ValueError) else describe(error) if error else "it answered nothing."
        return RedactionFailed(f"{self.spec.title}: this could not be done, so nothing is exported: {why}")


class Redaction:
    """Covers in the pictures of one file what the named redactors find. Use it as a context.

    clock: from ms of media time to UTC ms. tick: called after each look, which may take a second. All of it raises
    RedactionFailed.
    """

    def __init__(
        self, names: Sequence[str], camera_id: int, clock: Callable[[int], int], tick: Callable[[], None]
    ) -> None:
        self._watchers = [_Watcher(name) for name in names]
        self._camera_id, self._clock, self._tick = camera_id, clock, tick
        self._waiting: deque[tuple[VideoFrame, int]] = deque()

    def __enter__(self) -> Redaction:
        return self

    def __exit__(self, *_: object) -> None:
        for watcher in self._watchers:
            watcher.close()

    def push(self, picture: VideoFrame, base: Fraction) -> Iterator[VideoFrame]:
        """Take the next picture; gives those that are ready, covered. base: seconds of a tick of its time."""
        if not self._watchers:
            yield picture
            return
        ms = int((picture.pts or 0) * base * 1000)
        self._waiting.append((picture, ms))
        for watcher in self._watchers:
            if watcher.is_due(ms):
                watcher.look(picture, ms, self._camera_id, self._clock(ms))
                self._tick()
        while self._waiting and (ms - self._waiting[0][1] >= EARLIER_MS or len(self._waiting) > MOST_WAITING):
            yield self._covered(*self._waiting.popleft())

    def rest(self) -> Iterator[VideoFrame]:
        """What still waits, at the file's end."""
        while self._waiting:
            yield self._covered(*self._waiting.popleft())

    def _covered(self, picture: VideoFrame, ms: int) -> VideoFrame:
        return cover_boxes(picture, [box for watcher in self._watchers for box in watcher.trails.at(ms)])


def _seen(picture: VideoFrame, spec: RedactorSpec, camera_id: int, wall_ms: int) -> Frame:
    """The picture as the redactor wants it; gray is luma as sent, as for detectors."""
    width, height = picture.width, picture.height
    if 0 < spec.width < width:
        width, height = spec.width, max(round(height * spec.width / width), 1)
    whole = ColorRange.JPEG if spec.pixel_format == "gray" else None
    made = picture.reformat(
        width, height, spec.pixel_format, interpolation=Interpolation.AREA, src_color_range=whole, dst_color_range=whole
    )
    return Frame(camera_id, wall_ms, width, height, spec.pixel_format, made.to_ndarray().tobytes())


def _checked(box: Box) -> Box:
    left, top, width, height = (float(value) for value in box)
    if not (0 <= left <= 1 and 0 <= top <= 1 and 0 <= width <= 1 and 0 <= height <= 1):
        raise RedactionFailed(f"A redactor named {box!r}, which is no box in fractions of the picture.")
    return left, top, width, height
