"""Processes that run only while somebody needs them: who asks, and for how long it counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.demanding import Demand as Asking
from core.supervisor.demand import LINGER, Demand


@pytest.fixture
async def demand(tmp_path: Path) -> AsyncIterator[Demand]:
    (tmp_path / "run").mkdir()
    found = Demand(tmp_path / "run" / "demand.sock")
    await found.start()
    yield found
    await found.stop()


async def _until(question: Callable[[], bool]) -> None:
    for _ in range(2000):
        if question():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def test_a_process_is_needed_while_somebody_asks_for_it_and_a_while_longer(
    demand: Demand, tmp_path: Path
) -> None:
    assert not demand.is_needed("motion:detectors", 100)
    asking = Asking(tmp_path)
    asking.need(["motion:detectors", "lpr:detectors"])
    await _until(lambda: demand.is_needed("motion:detectors", 100) and demand.is_needed("lpr:detectors", 100))
    asking.need(["lpr:detectors"])
    await _until(lambda: list(demand._needs.values()) == [{"lpr:detectors"}])
    assert demand.is_needed("motion:detectors", 99 + LINGER)
    assert not demand.is_needed("motion:detectors", 101 + LINGER)
    assert demand.is_needed("lpr:detectors", 101 + LINGER)
    asking.close()  # as when the analyser is killed
    await _until(lambda: not demand._needs)
    assert demand.is_needed("lpr:detectors", 101 + 1.5 * LINGER)
    assert not demand.is_needed("lpr:detectors", 101 + 2 * LINGER)


async def test_who_speaks_nonsense_is_cut_off(demand: Demand, tmp_path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(tmp_path / "run" / "demand.sock")
    writer.write(b"7\n")
    assert await asyncio.wait_for(reader.read(), 20) == b""
    writer.close()


async def test_a_supervisor_that_was_away_is_asked_again(demand: Demand, tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.need(["motion:detectors"])
    await _until(lambda: demand.is_needed("motion:detectors", 0))
    await demand.stop()
    again = Demand(tmp_path / "run" / "demand.sock")
    await again.start()
    asking.need(["motion:detectors"])
    await _until(lambda: again.is_needed("motion:detectors", 0))
    asking.close()
    await again.stop()
