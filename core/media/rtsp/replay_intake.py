"""From recorded RTP packets to access units that say when they were recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.media.clock import Clock
from core.media.rtsp.formats import Format
from core.media.rtsp.frames import Frame
from core.media.rtsp.intake import Intake, Lane
from core.media.rtsp.replay_stamps import BROKEN, Stamp, Stamps
from core.media.timeline import signed
from core.media.units import AccessUnit

_BYE = 203
_APART_S = 1.0
"""When RTP time and recorded time disagree by more, RTP time has jumped."""


@dataclass(slots=True)
class _Place:
    """Where a track's RTP time stands: its newest raw value, its ticks, and its recorded time there."""

    raw: int
    ticks: int
    wall_ms: float


class ReplayIntake(Intake):
    """Media time is recorded time since `zero_ms`: the newest stamp places a track, and RTP time goes on from there as
    long as both agree. Nothing depends on when packets come.
    """

    def __init__(self, formats: Sequence[Format], clock: Clock, detail: Mapping[str, str], zero_ms: int) -> None:
        super().__init__(formats, clock, detail)
        self._burst = None
        self._zero_ms = zero_ms
        self._places: dict[int, _Place] = {}
        self._stamps = [Stamps() for _ in formats]
        self.reached_ms = 0.0  # recorded time of the newest picture
        self.over = False  # the sender has said goodbye

    @property
    def ended(self) -> bool:
        """Whether the sender said that this was all."""
        return self.over or self._stamps[0].terminal

    @property
    def stamped(self) -> bool:
        """Whether anything said when it was recorded."""
        return bool(self._places)

    def report(self, data: bytes, start: int, end: int) -> None:
        """RTCP of the first track: of interest is only its end (BYE, RFC 3550 section 6.6)."""
        at = start
        while at + 4 <= end:
            self.over = self.over or data[at + 1] == _BYE
            at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")

    def packet(self, index: int, data: bytes, start: int, end: int) -> None:
        """An RTP packet of a track."""
        self._stamps[index].note(data, start, end)
        self.receiver(index).packet(data, start, end)

    def _take(self, lane: Lane, frames: list[Frame], now: float, units: list[AccessUnit]) -> None:
        for frame in frames:
            stamp = self._stamps[lane.index].of(frame.timestamp)
            if stamp is None:
                continue  # nobody knows when
            if frame.parameters or frame.size[0] or not self._announced:
                self._look_at(lane, frame, units)
            ticks = self._ticks(lane, frame, stamp)
            dts, pts = lane.order.times(ticks)
            if lane.index == 0:
                self.reached_ms = max(self.reached_ms, stamp.wall_ms)
            if self._announced:
                wall_ms = self._zero_ms + round(pts * 1000 / lane.chosen.media.clock_rate)
                units.append(AccessUnit(lane.index, dts, pts, frame.duration, frame.keyframe, wall_ms, frame.data))

    def _ticks(self, lane: Lane, frame: Frame, stamp: Stamp) -> int:
        rate, place = lane.chosen.media.clock_rate, self._places.get(lane.index)
        anchored = round((stamp.wall_ms - self._zero_ms) * rate / 1000)
        if place is None:
            ticks = anchored
        else:
            step = signed(frame.timestamp - place.raw)
            told = (stamp.wall_ms - place.wall_ms) * rate / 1000
            apart = abs(place.ticks + step - anchored) > _APART_S * rate or abs(step - told) > _APART_S * rate
            ticks = anchored if stamp.flags & BROKEN or apart else place.ticks + step
        self._places[lane.index] = _Place(frame.timestamp, ticks, stamp.wall_ms)
        return ticks
