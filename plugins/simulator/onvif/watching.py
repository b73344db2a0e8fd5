"""What a device sees in its scenes: the truth of the loop as camera events, at the times when the pictures show it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.api import Clock
from plugins.simulator.onvif.notices import NoticeBoard

_MEANS = {
    "car_passes": "vehicle",
    "person_crosses_line": "person",
    "door_opens": "intrusion",
}
"""Scene event to the kind of notice that lasts as long as it does; all of them are motion too."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something begins or ends. at_ms: within the loop."""

    at_ms: int
    kind: str
    on: bool


def turns_of(truth: Sequence[dict[str, Any]], fps: float) -> list[Turn]:
    """All beginnings and ends in a loop, in order. Motion lasts as long as anything moves."""
    found: list[Turn] = []
    for event in truth:
        begins, ends = round(event["first"] * 1000 / fps), round((event["last"] + 1) * 1000 / fps)
        kind = _MEANS.get(event["kind"])
        if kind is not None:
            found += [Turn(begins, kind, True), Turn(ends, kind, False)]
            found += [Turn(begins, "motion", True), Turn(ends, "motion", False)]
        if event["kind"] == "person_crosses_line":
            found.append(Turn(begins, "line", True))
    return sorted(found, key=lambda turn: (turn.at_ms, not turn.on))


class Watch:
    """One channel's scene against the clock. Runs between `start` and `stop`, and costs a wake-up an event."""

    def __init__(self, name: str, turns: Sequence[Turn], loop_ms: int, clock: Clock, board: NoticeBoard) -> None:
        self._name = name
        self._turns = turns
        self._loop_ms = loop_ms
        self._clock = clock
        self._board = board
        self._busy: dict[str, int] = {}  # kind to how many of it go on
        self._crossings = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop; a scene in which nothing happens needs no watching."""
        if self._turns and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        start_ms = self._clock.wall_ms()
        turn = start_ms // self._loop_ms
        while True:
            for event in self._turns:
                due_ms = turn * self._loop_ms + event.at_ms
                if due_ms < start_ms:
                    continue
                await asyncio.sleep(max(0, due_ms - self._clock.wall_ms()) / 1000)
                self._happen(event)
            turn += 1

    def _happen(self, event: Turn) -> None:
        if event.kind == "line":
            self._crossings += 1
            self._board.tell("line", f"{self._name}_source", self._crossings)
            return
        count = max(0, self._busy.get(event.kind, 0) + (1 if event.on else -1))
        self._busy[event.kind] = count
        source = self._name if event.kind in ("vehicle", "person") else f"{self._name}_source"
        self._board.tell(event.kind, source, count > 0)
        if event.kind == "motion":
            self._board.tell("alarm", self._name, count > 0)
