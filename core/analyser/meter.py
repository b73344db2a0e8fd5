"""From what lookers and feeds counted to how they are doing now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.analyser.feed import Feed
from core.analyser.looker import Looker
from core.analyser.standing import DetectorStanding, Standing, StreamStanding
from core.analyser.states import State


class Meter:
    """Makes standings of what was counted since the last one."""

    def __init__(self) -> None:
        self._before: dict[Any, tuple[int, int]] = {}
        self._at = 0.0

    def standing(self, lookers: Iterable[Looker], feeds: Iterable[Feed], now: float, now_ms: int) -> Standing:
        """now: monotonic seconds."""
        passed, self._at = max(now - self._at, 0.001), now
        before, self._before = self._before, {}
        found = tuple(self._detector(one, before, passed) for one in lookers)
        return Standing(now_ms, found, tuple(self._stream(one, before, passed) for one in feeds))

    def _since(self, key: Any, before: dict[Any, tuple[int, int]], number: int, cpu_us: int) -> tuple[int, int]:
        self._before[key] = (number, cpu_us)
        number_before, cpu_before = before.get(key, (number, cpu_us))
        return number - number_before, cpu_us - cpu_before

    def _detector(self, one: Looker, before: dict[Any, tuple[int, int]], passed: float) -> DetectorStanding:
        looks, cpu_us = self._since(one.number, before, one.figures.looks, one.figures.cpu_us)
        state = one.state if looks or one.state not in (State.LOOKING, State.SLOWED) else State.WAITING
        return DetectorStanding(
            one.camera_id,
            one.detector,
            one.plugin,
            state.value,
            one.message,
            one.source,
            round(looks / passed, 2),
            round(cpu_us / looks / 1000, 2) if looks else 0.0,
            round(cpu_us / passed / 1e6, 4),
            one.figures.looks,
            one.figures.dropped,
        )

    def _stream(self, one: Feed, before: dict[Any, tuple[int, int]], passed: float) -> StreamStanding:
        key = (one.camera_id, one.stream)
        decoded, cpu_us = self._since(key, before, one.figures.decoded, one.figures.cpu_us)
        size = (one.width, one.height)
        return StreamStanding(*key, *size, round(decoded / passed, 2), round(cpu_us / passed / 1e6, 4))
