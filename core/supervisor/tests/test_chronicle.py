"""What the supervisor writes of what befalls the system, and whom it misses."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from core.supervisor.absence import PATIENCE_S, Absences
from core.supervisor.chronicle import ALIVE_S, MOST, QUIET_S, Chronicle
from core.testing.clock import FakeClock


def entries(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_bytes()))


def written(chronicle: Chronicle) -> None:
    chronicle.keep()
    assert chronicle._writing is not None
    chronicle._writing.join(20)


def test_a_run_that_was_stopped_and_one_that_was_not(tmp_path: Path, fake_clock: FakeClock) -> None:
    path = tmp_path / "chronicle.json"
    Chronicle(path, fake_clock).end(20)
    second = Chronicle(path, fake_clock)
    written(second)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    written(Chronicle(path, fake_clock))
    facts = [(one["what"], one.get("clean"), one.get("alive_ms")) for one in entries(path)]
    assert facts == [
        ("started", True, None),
        ("stopped", None, None),
        ("started", True, None),
        ("started", False, 1_700_000_000_000),
    ]
    assert len({(one["run"], one["number"]) for one in entries(path)}) == 4


def test_the_file_shows_that_the_system_lives(tmp_path: Path, fake_clock: FakeClock) -> None:
    path = tmp_path / "chronicle.json"
    chronicle = Chronicle(path, fake_clock)
    written(chronicle)
    os.utime(path, (1, 1))
    chronicle.keep()
    assert path.stat().st_mtime == 1
    fake_clock.advance(ALIVE_S)
    written(chronicle)
    assert path.stat().st_mtime > 1


def test_what_ends_again_and_again_is_told_once_a_minute(tmp_path: Path, fake_clock: FakeClock) -> None:
    path = tmp_path / "chronicle.json"
    chronicle = Chronicle(path, fake_clock)
    for _ in range(5):
        chronicle.ended("web", "It ended with exit code 1.")
        fake_clock.advance(1)
    fake_clock.advance(QUIET_S)
    chronicle.ended("web", "It ended with exit code 1.")
    chronicle.ended("worker", "It was ended by signal: Killed.")
    for _ in range(MOST - 4):
        chronicle.note("back", process="web")
    written(chronicle)
    assert [(one["process"], one["times"]) for one in entries(path) if one["what"] == "ended"] == [
        ("web", 1),
        ("web", 5),
        ("worker", 1),
    ]
    chronicle.note("back", process="web")
    written(chronicle)
    assert len(entries(path)) == MOST


def test_a_file_that_is_none_is_begun_anew(tmp_path: Path, fake_clock: FakeClock) -> None:
    path = tmp_path / "chronicle.json"
    path.write_text("{ no json")
    written(Chronicle(path, fake_clock))
    assert [one["what"] for one in entries(path)] == ["started"]


def test_who_is_away_for_long_is_lost_and_back_once() -> None:
    absences = Absences()

    def look(now: float, *, up: bool, silent_since: float | None = None) -> list[tuple[bool, float]]:
        found = absences.look("recorder-0", up=up, silent_since=silent_since, now=now)
        return [(one.lost, one.since) for one in found]

    assert look(100, up=True) == []
    assert look(101, up=False) == look(101 + PATIENCE_S - 0.1, up=False) == []
    assert look(111.0, up=True) == [], "back in time"
    assert look(120, up=False) == []
    assert look(120 + PATIENCE_S, up=False) == [(True, 120)]
    assert look(140, up=False) == []
    assert look(141, up=True) == [(False, 0.0)]
    assert look(160, up=True, silent_since=150) == [(True, 150)], "it hangs"
    assert look(161, up=False) == []
    assert look(162, up=True) == [(False, 0.0)]
