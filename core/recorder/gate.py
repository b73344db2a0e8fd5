"""Lets a stream's units through to its recording: all of them, those around what triggers, or none.

While it waits for a trigger it keeps the newest groups of pictures, not decoded, within MOST_KEPT bytes. It lets whole
groups through: from the keyframe at or before a stretch's start to the one at or after its end. From that one on units
are kept again, so nothing is written twice, and stretches that come close together leave no hole.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.media.units import AccessUnit, StreamInfo
from core.recorder.gaps import GapKeeper
from core.recorder.gops import GopBuffer
from core.recorder.protocol import CameraState
from core.recorder.writing import Recording
from core.recording.entries import GapReason
from core.recording.schedule import Mode

MOST_KEPT = 16 * 1024 * 1024
SLACK_MS = 4_000
"""How much further back than the pre-roll is kept: a trigger is known a second or three after its start."""
LATE_MS = 30_000
"""A stretch's end waits no longer for a keyframe: some cameras send none for minutes."""
BURST = 1024 * 1024
"""Bytes of what was kept that go to the recording with each batch of units, so that a volume's backlog holds them."""
FOREVER = 2**62

Stretches = Sequence[tuple[int, int]]
"""What triggers ask to be recorded: [start, end) in UTC ms, pre-roll and post-roll included."""


class Gate:
    """The consumer in front of a Recording. Closed until the first `follow`."""

    def __init__(self, recording: Recording, gaps: GapKeeper) -> None:
        self._recording = recording
        self._gaps = gaps
        self.mode: Mode | None = None
        self._stretches: Stretches = ()
        self._reach = 0.0
        self._kept: GopBuffer | None = None
        self._video = -1
        self._until: int | None = None  # the end of what is being let through
        self._newest = 0
        self._behind: list[AccessUnit] = []  # of it, what has not gone to the recording yet

    @property
    def active(self) -> bool:
        """A segment is being written."""
        return self._recording.active

    @property
    def dropped(self) -> int:
        """Pictures that should have been recorded while no volume took them."""
        return self._recording.dropped

    def follow(self, mode: Mode, stretches: Stretches = (), pre_roll_ms: int = 0) -> None:
        """Do this from now on. Stretches that are over may be left out."""
        before, self.mode = self.mode, mode
        self._stretches = stretches
        self._reach = (pre_roll_ms + SLACK_MS) / 1000
        if self._kept is not None:
            self._kept.reach(self._reach)
        if mode is not before:
            self._change(before)
        if self._until is not None:
            self._until = max(self._until, *(end for start, end in stretches if start <= self._until), 0)

    def on_stream(self, info: StreamInfo) -> None:
        """The tracks from now on."""
        self._catch_up()
        video = info.video
        self._video = video.index if video else -1
        self._kept = GopBuffer(self._video, seconds=self._reach, most=MOST_KEPT)
        self._recording.on_stream(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Units of the stream."""
        if units:
            self._newest = units[-1].wall_ms
        if self._until is not None:
            self._let_through(units)
        elif self.mode in (Mode.MOTION, Mode.EVENT):
            self._wait(units)

    def on_trouble(self, state: CameraState, message: str) -> None:
        """The stream has ended or does not come: what is kept is the past."""
        if self.mode in (None, Mode.OFF):
            return
        self._catch_up()
        self._forget()
        self._recording.on_trouble(state, message)

    def close(self) -> None:
        """End the open segment."""
        self._catch_up()
        self._recording.close()

    def _change(self, before: Mode | None) -> None:
        if self.mode is Mode.OFF:
            self.close()
            self._forget()
            self._gaps.idle(GapReason.NOT_SCHEDULED)
        elif self.mode is Mode.CONTINUOUS:
            if self._until is None and self._kept is not None:
                self._behind = self._kept.since(FOREVER)
                self._kept.clear()
            self._until = FOREVER
        elif before is Mode.CONTINUOUS:
            self._until = self._newest  # to the next keyframe

    def _forget(self) -> None:
        self._until = FOREVER if self.mode is Mode.CONTINUOUS else None
        if self._kept is not None:
            self._kept.clear()

    def _wait(self, units: Sequence[AccessUnit]) -> None:
        if self._kept is None or not units:
            return
        self._kept.add(units)
        for start, end in self._stretches:
            if start > units[-1].wall_ms:
                continue
            begin = self._kept.since(start)
            if begin and begin[0].wall_ms < end:
                self._kept.clear()
                self._behind, self._until = begin, end
                self._let_through(())
                return
        self._gaps.idle(GapReason.NO_EVENT)

    def _let_through(self, units: Sequence[AccessUnit]) -> None:
        if self._behind:
            units = self._burst(units)
        end = self._end(units)
        if end is None:
            self._recording.on_units(units)
            return
        rest = [*units[end:], *self._behind]
        self._behind, self._until = [], None
        self._recording.on_units(units[:end])
        self._recording.close()
        self._wait(rest)

    def _end(self, units: Sequence[AccessUnit]) -> int | None:
        """Where in the batch the stretch ends; None when it goes on."""
        until = self._until
        if until is None or not units or units[-1].wall_ms < until:
            return None
        for at, unit in enumerate(units):
            if unit.keyframe and unit.track == self._video and unit.wall_ms >= until:
                return at
        return len(units) if units[-1].wall_ms > until + LATE_MS else None

    def _burst(self, units: Sequence[AccessUnit]) -> list[AccessUnit]:
        """What goes to the recording now of what lies behind and these."""
        behind = [*self._behind, *units]
        room, count = BURST + sum(len(unit.data) for unit in units), 0
        while count < len(behind) and room > 0:
            room -= len(behind[count].data)
            count += 1
        self._behind = behind[count:]
        return behind[:count]

    def _catch_up(self) -> None:
        behind, self._behind = self._behind, []
        if behind:
            self._recording.on_units(behind)
