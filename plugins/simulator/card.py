"""A camera's card: what it keeps of its own stream. Nothing is stored; the loop tells what any time looked like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.api import AccessUnit, Clock, StreamInfo
from core.api.media import Piece
from plugins.simulator.clips import VIDEO_CLOCK, Clip

KEPT_MS = 3_600_000  # how far back a card reaches when the camera is put up


@dataclass(frozen=True, slots=True)
class Stretch:
    """Recorded without a gap in [start_ms, end_ms), UTC ms; until now when end_ms is None."""

    start_ms: int
    end_ms: int | None = None


class Card:
    """An Archive. clip: what the stream sends now, and is taken to have sent always."""

    def __init__(self, clip: Callable[[], Clip], clock: Clock) -> None:
        self._clip = clip
        self._clock = clock
        self.stretches = [Stretch(clock.wall_ms() - KEPT_MS)]

    def keep(self, stretches: list[Stretch]) -> None:
        """Have recorded these stretches and nothing else; in order, without overlap."""
        self.stretches = list(stretches)

    @property
    def info(self) -> StreamInfo:
        """Its tracks."""
        return self._clip().info

    async def describe(self) -> StreamInfo:
        """Its tracks."""
        return self.info

    def closed(self) -> list[tuple[int, int]]:
        """The stretches with the ends they have now."""
        now = self._clock.wall_ms()
        return [(one.start_ms, now if one.end_ms is None else one.end_ms) for one in self.stretches]

    def span(self) -> tuple[int, int]:
        """The earliest and the newest time; an empty card has neither, and says now."""
        now = self._clock.wall_ms()
        known = self.closed()
        return (known[0][0], known[-1][1]) if known else (now, now)

    def pieces(self, start_ms: int, end_ms: int, *, backwards: bool) -> Iterator[Piece]:
        """See Archive."""
        clip = self._clip()
        stretches = [one for one in self.closed() if one[1] > start_ms and one[0] < end_ms]
        for stretch in reversed(stretches) if backwards else stretches:
            groups = [group for group in _groups(clip, *stretch) if group.start_ms < end_ms and group.end_ms > start_ms]
            for group in reversed(groups) if backwards else groups:
                yield Piece(group.units(clip, stretch[1]), group.first and stretch != self.closed()[0], group.last)


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of pictures of one turn of the loop: batches [at, upto)."""

    turn: int
    at: int
    upto: int
    start_ms: int
    end_ms: int
    first: bool
    last: bool

    def units(self, clip: Clip, end_ms: int) -> list[AccessUnit]:
        """Its units up to the stretch's end."""
        batches = clip.batches[self.at : self.upto]
        return [unit for batch in batches for unit in clip.dressed(batch, self.turn) if unit.wall_ms < end_ms]


def _groups(clip: Clip, start_ms: int, end_ms: int) -> Iterator[_Group]:
    """The groups that begin within a stretch."""
    keys = [number for number, batch in enumerate(clip.batches) if batch.keyframe]
    times = [clip.batches[number].units[0].pts for number in keys]
    ticks_a_ms = VIDEO_CLOCK // 1000
    turn = start_ms * ticks_a_ms // clip.duration
    found: list[tuple[int, int, int, int]] = []
    while (begins := turn * clip.duration) < end_ms * ticks_a_ms:
        for place, number in enumerate(keys):
            at_ms = (begins + times[place]) // ticks_a_ms
            if start_ms <= at_ms < end_ms:
                upto = keys[place + 1] if place + 1 < len(keys) else len(clip.batches)
                found.append((turn, number, upto, at_ms))
        turn += 1
    for place, (turn, number, upto, at_ms) in enumerate(found):
        follows = found[place + 1][3] if place + 1 < len(found) else end_ms
        yield _Group(turn, number, upto, at_ms, follows, place == 0, place + 1 == len(found))
