"""Live fragments of one stream, made only while somebody watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.media.live import LiveFragment, LiveFragmenter
from core.media.units import AccessUnit, StreamInfo
from core.recorder.gops import MOST_BYTES, GopBuffer
from core.recorder.protocol import CameraState, MediaFlag


class Viewer(Protocol):
    """Takes media messages; drops what it cannot keep up with."""

    @property
    def patient(self) -> bool:
        """Whether it does not mind when pictures come 0.36 s later, some at once."""

    def send(self, flags: MediaFlag, wall_ms: int, data: bytes) -> None:
        """One initialization segment, fragment or picture."""


class Live:
    """The consumer behind live view: keeps the newest group of pictures, so that the first one comes at once."""

    def __init__(self) -> None:
        self._info: StreamInfo | None = None
        self._gops: GopBuffer | None = None
        self._viewers: list[Viewer] = []
        self._fragmenter: LiveFragmenter | None = None
        self._init = b""
        self._recent: list[LiveFragment] = []  # since the last keyframe
        self._recent_bytes = 0

    @property
    def watched(self) -> bool:
        """Somebody watches."""
        return bool(self._viewers)

    @property
    def hurried(self) -> bool:
        """Somebody wants each picture as soon as it can be had."""
        return any(not viewer.patient for viewer in self._viewers)

    def on_stream(self, info: StreamInfo) -> None:
        """The tracks from now on."""
        video = info.video
        self._info, self._gops = info, GopBuffer(video.index) if video else None
        if self._fragmenter is not None:
            self._begin(self._fragmenter, info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """A batch of units."""
        if self._gops is not None:
            self._gops.add(units)
        if self._fragmenter is not None:
            for fragment in self._fragmenter.push(units):
                self._keep(fragment)
                for viewer in self._viewers:
                    _send(viewer, fragment)

    def on_trouble(self, state: CameraState, message: str) -> None:
        """The stream has ended: what is kept is the past."""
        if self._gops is not None:
            self._gops.clear()
        self._recent, self._recent_bytes = [], 0

    def add(self, viewer: Viewer) -> None:
        """Show it the stream from the last keyframe on, at once when there is one."""
        if self._fragmenter is None:
            self._fragmenter = LiveFragmenter()
            if self._info is not None:
                self._begin(self._fragmenter, self._info)
                for fragment in self._fragmenter.push(self._gops.units() if self._gops else []):
                    self._keep(fragment)
        self._viewers.append(viewer)
        if self._init:
            viewer.send(MediaFlag.INIT, 0, self._init)
        for fragment in self._recent:
            _send(viewer, fragment)

    def remove(self, viewer: Viewer) -> None:
        """It watches no longer."""
        self._viewers.remove(viewer)
        if not self._viewers:
            self._fragmenter, self._init = None, b""
            self._recent, self._recent_bytes = [], 0

    def picture(self) -> tuple[int, bytes] | None:
        """The newest keyframe as (UTC ms, tiny MP4 file); None before there is one."""
        keyframe = self._gops.keyframe if self._gops is not None else None
        if keyframe is None or self._info is None:
            return None
        fragmenter = LiveFragmenter()
        init = fragmenter.on_stream(self._info)
        fragments = fragmenter.push([keyframe])
        return (keyframe.wall_ms, init + fragments[0].data) if init and fragments else None

    def _begin(self, fragmenter: LiveFragmenter, info: StreamInfo) -> None:
        init = fragmenter.on_stream(info)
        if init is None:
            return
        self._init, self._recent, self._recent_bytes = init, [], 0
        for viewer in self._viewers:
            viewer.send(MediaFlag.INIT, 0, init)

    def _keep(self, fragment: LiveFragment) -> None:
        if fragment.keyframe or self._recent_bytes > MOST_BYTES:
            self._recent, self._recent_bytes = [], 0
        if fragment.keyframe or self._recent:
            self._recent.append(fragment)
            self._recent_bytes += len(fragment.data)


def _send(viewer: Viewer, fragment: LiveFragment) -> None:
    viewer.send(MediaFlag.KEY if fragment.keyframe else MediaFlag(0), fragment.wall_ms, fragment.data)
