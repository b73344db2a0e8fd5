"""From a sender's times to times that only go on: unwrapping, repair, decoding order."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

_USUAL_S = 1.0  # steps up to this are taken as they are, forwards and (B-frames) backwards
_TOLERANCE_S = 3.0  # a larger step forwards must agree with the time passed within this
MAX_REORDER = 4
_CALM_UNITS = 300


@dataclass(slots=True)
class Timeline:
    """One track's 32-bit RTP times as ticks from the session's zero.

    A step that neither media nor clocks explain (the camera's clock was set, its encoder restarted) is taken out: the
    track goes on by the time that passed since the unit before, so later times keep their distances.
    """

    rate: int
    origin: int  # ticks of the first unit
    jumps: int = 0
    _raw: int | None = None
    _ticks: int = 0
    _at: float = 0.0

    def ticks(self, raw: int, now: float) -> int:
        """Ticks of RTP time `raw`, whose unit arrived at monotonic second `now`."""
        if self._raw is None:
            self._ticks = self.origin
        else:
            step = signed(raw - self._raw)
            if abs(step) > _USUAL_S * self.rate:
                passed = now - self._at
                if step < 0 or abs(step / self.rate - passed) > _TOLERANCE_S:
                    self.jumps += 1
                    step = max(1, round(passed * self.rate))
            self._ticks += step
        self._raw, self._at = raw, now
        return self._ticks

    def of(self, raw: int) -> int | None:
        """Ticks of an RTP time near the newest unit's (a sender report), without moving on; None before any unit."""
        return None if self._raw is None else self._ticks + signed(raw - self._raw)

    def idle(self, now: float) -> float:
        """Seconds since the newest unit arrived, at monotonic second `now`."""
        return now - self._at

    def reached(self, now: float) -> float:
        """Seconds of media time at monotonic second `now`, going on from the newest unit."""
        return self._ticks / self.rate + now - self._at


def signed(step: int) -> int:
    """The difference of two 32-bit times, which wrap, as the shorter way round."""
    step &= 0xFFFFFFFF
    return step - 0x100000000 if step & 0x80000000 else step


@dataclass(slots=True)
class DecodeOrder:
    """Decoding times from presentation times that come in decoding order (RTP carries no other).

    With a reorder depth of d, the n-th unit decodes when the (n - d)-th in display order is shown: its decoding time is
    the (d + 1)-th highest presentation time so far. The depth is what the parameter sets declare; the first d units
    then decode a frame's time apart before the first is shown. Where nothing is declared, or too little, it is learned:
    it starts at 0, where both times are equal, and is the number of earlier units shown after the present one. While it
    rises, a few decoding times follow each other by one tick and presentation times may lie before them; after 300
    units in order it falls back.
    Decoding times strictly rise whatever comes in; a unit that no allowed depth explains is shown when it is decoded.
    """

    depth: int = 0
    _highest: list[int] = field(default_factory=list)
    _last: int | None = None
    _calm: int = 0
    _declared: int = 0
    _step: int = 1

    def declare(self, depth: int | None, step: int) -> None:
        """What new parameter sets say of the depth, None when nothing; step: ticks from one picture to the next.

        Nothing after them is shown before what came before them: an encoder that begins anew often goes back in time.
        """
        self._highest.clear()
        self._step = max(1, step)
        self._declared = min(depth or 0, MAX_REORDER)
        if depth is not None:
            self.depth = self._declared

    def times(self, ticks: int) -> tuple[int, int]:
        """dts and pts of the next unit."""
        highest, last = self._highest, self._last
        later = len(highest) - bisect_right(highest, ticks)
        if last is not None and later > MAX_REORDER:
            self._last = last + 1
            return last + 1, last + 1
        highest.insert(len(highest) - later, ticks)
        del highest[: -MAX_REORDER - 1]
        self._learn(later)
        missing = self.depth + 1 - len(highest)  # before the first units of all
        dts = highest[0] - missing * self._step if missing > 0 else highest[-1 - self.depth]
        if last is not None:
            dts = max(dts, last + 1)
        self._last = dts
        return dts, ticks if later and self.depth > self._declared else max(ticks, dts)

    def _learn(self, later: int) -> None:
        if later:
            self._calm = 0
            self.depth = max(self.depth, later)
        elif self.depth > self._declared:
            self._calm += 1
            if self._calm >= _CALM_UNITS:
                self.depth = self._declared
