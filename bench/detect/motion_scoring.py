"""What a detector that says "something moves now" is worth against annotated visits, and in empty views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ROUNDING = 3  # pictures by which an annotated visit may be off
END_S = 2.0  # for so long after the last motion an event may go on


@dataclass(frozen=True, slots=True)
class Score:
    """Of one clip. recall: visits found; precision: events that are of a visit; idle: share of the empty time inside
    an event; latest_s: the longest wait from a visit's start to its event, None where none was found.
    """

    visits: int
    found: int
    events: int
    false: int
    idle: float
    latest_s: float | None

    def row(self) -> dict[str, Any]:
        """As a table shows it."""
        return {
            "recall": f"{self.found}/{self.visits}",
            "precision": f"{self.events - self.false}/{self.events}",
            "false": self.false,
            "idle": f"{self.idle:.1%}",
            "latest start s": self.latest_s,
        }


def spans(going_on: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last number of each run of true ones."""
    edges = np.flatnonzero(np.diff([0, *map(int, going_on), 0]))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def score(going_on: Sequence[bool], visits: Sequence[tuple[int, int]], fps: float) -> Score:
    """going_on: of each picture, whether an event goes on; visits: first and last picture of each."""
    events = spans(going_on)
    empty = np.ones(len(going_on), bool)
    for first, last in visits:
        empty[max(0, first - ROUNDING) : last + ROUNDING + round(END_S * fps) + 1] = False
    waits = [min((event[0] - visit[0] for event in events if _meet(event, visit)), default=None) for visit in visits]
    met = [wait for wait in waits if wait is not None]
    return Score(
        visits=len(visits),
        found=len(met),
        events=len(events),
        false=sum(not any(_meet(event, visit) for visit in visits) for event in events),
        idle=float(np.asarray(going_on)[empty].mean()),
        latest_s=max((round(max(0, wait) / fps, 2) for wait in met), default=None),
    )


def _meet(event: tuple[int, int], visit: tuple[int, int]) -> bool:
    return event[0] <= visit[1] and event[1] >= visit[0] - ROUNDING
