"""One detector on one camera, as the analyser keeps it: what it wants, where its pictures lie, how it is doing."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from core.analyser.hearing import Blocks
from core.analyser.links import Link
from core.analyser.packets import SAMPLE_BYTES, Kind
from core.analyser.rates import Rate
from core.analyser.scaling import Scaler
from core.analyser.shelf import Shelf
from core.analyser.states import State
from core.detection.queries import DetectorConfig
from core.hookspecs.detectors import AudioRequest, FrameRequest, Tracks, Wants

log = logging.getLogger("eyrie.analyser")

MOST_TRACKS = 20
"""Looks' tracks that may wait for a detector of tracks; what comes then is dropped."""


@dataclass(slots=True)
class Figures:
    """What one looker did since it began. cpu_us: of its looks, in the worker."""

    looks: int = 0
    cpu_us: int = 0
    dropped: int = 0
    objects: int = 0
    events: int = 0


class Looker:
    """Numbers are never used again, so that a late answer to an earlier one is recognised.

    `offer` and `hear` run in the stream's decoding thread, all else on the event loop.
    """

    def __init__(self, number: int, config: DetectorConfig) -> None:
        self.number = number
        self.camera_id = config.camera_id
        self.detector = config.name
        self.plugin = config.plugin
        self._sealed = config.sealed
        self.wants: Wants | None = None
        self.state = State.STARTING
        self.message = ""
        self.figures = Figures()
        self.rate = Rate(0)
        self.retry_at: float | None = None
        self.failures = 0
        self.last_ms = 0
        self._lock = threading.Lock()  # around the shelf's replacement
        self._link: Link | None = None
        self._shelf: Shelf | None = None
        self._scaler: Scaler | None = None
        self._blocks: Blocks | None = None
        self._waiting = 0  # tracks it has not looked at

    @property
    def key(self) -> tuple[int, str]:
        """Camera and detector."""
        return self.camera_id, self.detector

    @property
    def source(self) -> str:
        """Which stream it wants, empty for none."""
        return self.wants.stream if isinstance(self.wants, FrameRequest | AudioRequest) else ""

    @property
    def hears(self) -> bool:
        """Whether it wants sound."""
        return isinstance(self.wants, AudioRequest)

    @property
    def only_moving(self) -> bool:
        """Whether it is to be spared while nothing moves."""
        return isinstance(self.wants, FrameRequest) and self.wants.only_moving

    def stand(self, state: State, message: str = "") -> None:
        """That is how it is doing. message: one sentence when something is wrong."""
        self.state, self.message = state, message

    def open(self, link: Link) -> None:
        """Have it opened in its worker."""
        self.close_link()
        self.stand(State.STARTING)
        self.retry_at = None
        self._link, self._waiting = link, 0
        try:
            link.send([Kind.OPEN, self.number, self.camera_id, self.detector, self._sealed])
        except ValueError as error:
            self.failed(f"Its settings are too long ({error}); use fewer zones or points.", float("inf"))

    def ready(self, wants: Wants) -> None:
        """It is open, and wants this."""
        self.wants, self.state = wants, State.WAITING
        if isinstance(wants, FrameRequest):
            self.rate = Rate(wants.fps)
            self._scaler = Scaler(wants.width, wants.pixel_format)
        elif isinstance(wants, AudioRequest):
            self._blocks = Blocks(wants.rate, wants.block_ms)

    def failed(self, why: str, now: float) -> None:
        """It could not be opened, or raised; it is tried again after a while. now: monotonic seconds."""
        if self.message != why:
            log.error("Camera %d: detector %s: %s", self.camera_id, self.detector, why)
        self.close_link()
        self.stand(State.FAILED, why)
        self.failures += 1
        self.retry_at = now + min(5.0 * 2 ** min(self.failures - 1, 4), 60.0)

    def close_link(self) -> None:
        """Its worker is gone, or is to forget it."""
        with self._lock:
            link, self._link, self._shelf = self._link, None, None
        if link is not None:
            link.send([Kind.CLOSE, self.number])

    def lost(self) -> None:
        """Its worker has ended."""
        with self._lock:
            self._link, self._shelf = None, None
        if self.state is not State.FAILED:
            self.stand(State.STARTING, "Its process has ended and is being started again.")

    def offer(self, frame: VideoFrame, wall_ms: int) -> None:
        """Have it look at a picture, unless two are waiting already."""
        self.rate.given(wall_ms)
        with self._lock:
            link, scaler = self._link, self._scaler
            if link is None or scaler is None:
                return
            shelf = self._fitting(scaler.bytes_of(frame), link)
            slot = shelf.take() if shelf is not None else None
            if shelf is None or slot is None:
                self._dropped(wall_ms)
                return
            width, height = scaler.size(frame)
            scaler.write(frame, shelf.slot(slot)[: scaler.bytes_of(frame)])
            wants = self.wants
            assert isinstance(wants, FrameRequest)  # noqa: S101  # only such has a scaler
            if not link.send([Kind.LOOK, self.number, slot, wall_ms, width, height, wants.pixel_format]):
                shelf.give_back(slot)
                self._dropped(wall_ms)

    def hear(self, frame: AudioFrame, wall_ms: int) -> None:
        """Have it listen, in blocks, unless two are waiting already. wall_ms: of the first sample."""
        with self._lock:
            link, blocks = self._link, self._blocks
            if link is None or blocks is None:
                return
            for at_ms, samples in blocks.cut(frame, wall_ms):
                shelf = self._fitting(len(samples), link)
                slot = shelf.take() if shelf is not None else None
                if shelf is None or slot is None:
                    self.figures.dropped += 1
                    continue
                shelf.slot(slot)[: len(samples)] = samples
                count = len(samples) // SAMPLE_BYTES
                if not link.send([Kind.HEAR, self.number, slot, at_ms, blocks.rate, count]):
                    shelf.give_back(slot)
                    self.figures.dropped += 1

    def answered(self, slot: int, wall_ms: int, cpu_us: int) -> None:
        """It has looked."""
        shelf = self._shelf
        if slot < 0:
            self._waiting = max(self._waiting - 1, 0)
        elif shelf is not None:
            shelf.give_back(slot)
        self.figures.looks += 1
        self.figures.cpu_us += cpu_us
        self.failures = 0
        self.last_ms = wall_ms
        if self.rate.recover(wall_ms):
            log.info("Camera %d: detector %s keeps up again", self.camera_id, self.detector)
        if self.rate.slowed:
            self._slow_down()
        else:
            self.stand(State.LOOKING)

    def follow(self, tracks: Tracks, labels: tuple[str, ...]) -> None:
        """Have it look at tracks, of these labels or of all, unless it has not read those before."""
        rows = [
            [one.id, one.label, one.seen, one.ended, point.wall_ms, point.box, point.score, one.text]
            for one in tracks.tracks
            for point in one.points[-1:]
            if not labels or one.label in labels
        ]
        if self._waiting >= MOST_TRACKS or not self.send([Kind.TRACKS, self.number, tracks.wall_ms, rows]):
            self.figures.dropped += 1
        else:
            self._waiting += 1

    def send(self, packet: list[Any]) -> bool:
        """Tell its worker something else."""
        return self._link is not None and self._link.send(packet)

    def _fitting(self, size: int, link: Link) -> Shelf | None:
        """The shelf for pictures of this size, made and passed on when they are larger than before."""
        if self._shelf is None or self._shelf.size < size:
            shelf = Shelf(size)
            if not link.send([Kind.SHELF, self.number, size], [shelf.fd]):
                return None
            shelf.passed_on()
            self._shelf = shelf
        return self._shelf

    def _dropped(self, wall_ms: int) -> None:
        self.figures.dropped += 1
        slowed_before = self.rate.slowed
        if self.rate.dropped(wall_ms) and not slowed_before:
            self._slow_down()
            log.warning("Camera %d: detector %s: %s", self.camera_id, self.detector, self.message)

    def _slow_down(self) -> None:
        self.stand(State.SLOWED, f"It cannot keep up and is given {self.rate.fps:.2g} pictures a second.")
