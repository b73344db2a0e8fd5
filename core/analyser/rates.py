"""When a detector's next picture is due; fewer of them while it cannot keep up."""

from __future__ import annotations

EARLY_MS = 20.0
"""By which a picture may come early: cameras do not send to the millisecond."""
SLOWED_BY = 3
"""Pictures dropped within WINDOW_MS that halve the rate."""
WINDOW_MS = 5_000
RECOVER_MS = 20_000
"""After so long without a drop the rate rises again, by a quarter."""
SLOWEST_MS = 10_000.0


class Rate:
    """At most `fps` pictures a second, by their own wall clock in UTC ms; 0: keyframes only, each of them."""

    def __init__(self, fps: float) -> None:
        self.keyframes_only = fps == 0
        self._asked_ms = 1000 / fps if fps else 0.0
        self._step_ms = self._asked_ms
        self._next_ms = 0.0
        self._drops: list[int] = []
        self._changed_ms = 0

    @property
    def slowed(self) -> bool:
        """Whether fewer are given than were asked for."""
        return self._step_ms > self._asked_ms

    @property
    def fps(self) -> float:
        """Pictures a second now; 0 for keyframes as they come."""
        return 1000 / self._step_ms if self._step_ms else 0.0

    def soonest_ms(self, *, keyframe: bool) -> float:
        """Before this none is wanted. keyframe: whether that picture is one."""
        if self.keyframes_only and not keyframe:
            return float("inf")
        return self._next_ms - min(EARLY_MS, self._step_ms / 4)

    def due(self, wall_ms: int, *, keyframe: bool) -> bool:
        """Whether this picture is wanted."""
        return wall_ms >= self.soonest_ms(keyframe=keyframe)

    def begin_anew(self) -> None:
        """The pictures' clock has jumped."""
        self._next_ms, self._drops = 0.0, []

    def given(self, wall_ms: int) -> None:
        """A picture was given, or dropped."""
        following = self._next_ms + self._step_ms
        self._next_ms = following if following > wall_ms else wall_ms + self._step_ms

    def dropped(self, wall_ms: int) -> bool:
        """A picture found no place; True when the rate is halved for it."""
        self._drops = [at for at in self._drops if 0 <= wall_ms - at < WINDOW_MS] + [wall_ms]
        if len(self._drops) < SLOWED_BY or self._step_ms >= SLOWEST_MS:
            return False
        self._drops = []
        self._changed_ms = wall_ms
        self._step_ms = min(max(2 * self._step_ms, 200.0), SLOWEST_MS)
        return True

    def recover(self, wall_ms: int) -> bool:
        """Called with each answer; True when the asked rate is reached again."""
        if not self.slowed or wall_ms - self._changed_ms < RECOVER_MS:
            return False
        self._changed_ms = wall_ms
        self._step_ms = max(self._step_ms / 1.25, self._asked_ms) if self._step_ms > 200 else self._asked_ms
        return not self.slowed
