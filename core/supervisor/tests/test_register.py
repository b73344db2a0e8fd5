"""What runs is in a file, whole at every moment, and the supervisor never waits for it."""

import json
import logging
import os
from pathlib import Path

import pytest

from core.supervisor.register import Register, Standing
from core.testing.clock import FakeClock

UP = [Standing("supervisor", 1, "up", 0), Standing("web", 2, "up", 0)]
STARTING = [UP[0], Standing("web", 3, "starting", 1)]


def written(register: Register, path: Path) -> dict[str, object]:
    assert register._writing is not None
    register._writing.join(10)
    return json.loads(path.read_text())


def test_each_change_is_written_with_its_time(tmp_path: Path, fake_clock: FakeClock) -> None:
    path = tmp_path / "processes.json"
    register = Register(path, fake_clock)
    began = fake_clock.wall_ms()
    register.note(UP)
    found = written(register, path)
    assert found["supervisor"] == os.getpid()
    assert found["processes"][1] == {"name": "web", "pid": 2, "state": "up", "restarts": 0, "since_ms": began}
    fake_clock.advance(5)
    register.note(list(UP))
    first = path.stat().st_ino
    register.note(STARTING)
    found = written(register, path)
    assert [row["since_ms"] for row in found["processes"]] == [began, began + 5000]
    assert (found["processes"][1]["pid"], found["processes"][1]["restarts"]) == (3, 1)
    assert path.stat().st_ino != first  # replaced, not overwritten
    assert [file.name for file in tmp_path.iterdir()] == ["processes.json"]
    register.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_told_once_and_costs_nothing_else(
    tmp_path: Path, fake_clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    register = Register(tmp_path / "absent" / "processes.json", fake_clock)
    with caplog.at_level(logging.WARNING):
        for standings in (UP, STARTING, UP):
            register.note(standings)
            assert register._writing is not None
            register._writing.join(10)
    assert len(caplog.records) == 1
    assert "cannot be written" in caplog.text


def test_a_disk_that_stands_still_holds_nobody_up(tmp_path: Path, fake_clock: FakeClock) -> None:
    """The file to write is a pipe that nobody reads: the writing thread hangs in it."""
    path = tmp_path / "processes.json"
    os.mkfifo(tmp_path / "processes.new")
    register = Register(path, fake_clock)
    register.note(UP)
    hanging = register._writing
    register.note(STARTING)
    assert register._writing is hanging
    with (tmp_path / "processes.new").open("rb") as pipe:
        pipe.read()
    hanging.join(10)
    register.note(STARTING)
    assert written(register, path)["processes"][1]["pid"] == 3
