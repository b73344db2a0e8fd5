"""The launcher with real versions and a real database: taken up, taken back, and killed at each step."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.updates import launcher
from core.updates.launcher import Journal, point
from core.updates.tests.tiny import put

SOON = 30.0  # seconds


class Home:
    """A prefix with version 1.0, its data, and the launcher's process."""

    def __init__(self, folder: Path) -> None:
        self.prefix, self.data = folder / "prefix", folder / "data"
        self.data.mkdir()
        put(self.prefix, "1.0")
        point(self.prefix, "1.0")
        shutil.copyfile(launcher.__file__, self.prefix / "launcher.py")
        self.journal = Journal(self.prefix)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environ = {**os.environ, "EYRIE_DATA": str(self.data)}
        self.process = subprocess.Popen([sys.executable, str(self.prefix / "launcher.py")], env=environ)

    def stage(self, version: str = "1.1", way: str = "", **more: Any) -> None:
        put(self.prefix, version, way)
        self.journal.write(**({"state": "staged", "to": version, "patience": 3, "steady": 0.1} | more))

    def nudge(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def until(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + SOON
        while not what():
            assert time.monotonic() < deadline, (self.journal.read(), self.serving())
            time.sleep(0.02)

    def state(self) -> str:
        return str(self.journal.read().get("state", ""))

    def serving(self) -> str:
        """The version that says it is up, as long as its process is there."""
        try:
            version, pid = (self.data / "run" / "ready").read_text().split()
            os.kill(int(pid), 0)
        except (OSError, ValueError):
            return ""
        return version

    def cameras(self) -> list[tuple[str, ...]]:
        with sqlite3.connect(self.data / "eyrie.sqlite3") as base:
            return base.execute("SELECT * FROM camera").fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.process.wait(SOON)


@pytest.fixture
def running(home: Home) -> Home:
    home.start()
    home.until(lambda: home.serving() == "1.0")
    with sqlite3.connect(home.data / "eyrie.sqlite3") as base:
        base.execute("INSERT INTO camera VALUES ('yard')")
    return home


def test_it_serves_the_current_version_until_it_is_told_to_stop(running: Home) -> None:
    assert running.process is not None
    running.process.terminate()
    assert running.process.wait(SOON) == 0
    assert running.serving() == ""


def test_only_one_runs_for_a_prefix(running: Home) -> None:
    command = [sys.executable, str(running.prefix / "launcher.py")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=SOON)
    assert (done.returncode, b"another one runs" in done.stderr) == (1, True)


def test_a_version_that_comes_up_well_stays(running: Home) -> None:
    running.stage()
    running.nudge()
    running.until(lambda: running.state() == "done")
    assert running.serving() == "1.1"
    assert running.cameras() == [("gate", "grey"), ("yard", "grey")]
    assert (running.prefix / "current").readlink().name == "1.1"
    assert (running.prefix / "versions" / "1.0").exists()


@pytest.mark.parametrize(
    ("way", "why"),
    [("breaks", "exit code 1"), ("dies", "exit code 1"), ("never", "not well within 3 s: it is not well")],
)
def test_a_version_that_does_not_is_taken_back_with_the_database(running: Home, way: str, why: str) -> None:
    running.stage(way=way)
    running.nudge()
    running.until(lambda: running.state() == "taken back" and running.serving() == "1.0")
    assert why in running.journal.read()["why"]
    assert running.cameras() == [("gate",), ("yard",)]
    assert (running.prefix / "current").readlink().name == "1.0"


def test_a_version_that_is_not_there_any_more_changes_nothing(running: Home) -> None:
    running.journal.write(state="staged", to="9.9")
    running.nudge()
    running.until(lambda: running.state() == "failed")
    assert running.serving() == "1.0"


def test_nothing_is_tried_when_the_database_cannot_be_copied(home: Home) -> None:
    put(home.prefix, "0.9", "full")
    point(home.prefix, "0.9")
    home.stage()
    home.start()
    home.until(lambda: home.state() == "failed" and home.serving() == "0.9")
    assert "no space left" in home.journal.read()["why"]


@pytest.mark.parametrize("moment", ["copying", "trying", "taking back"])
def test_killed_at_any_step_the_next_start_ends_it(home: Home, moment: str) -> None:
    """SIGKILL to the launcher while it copies, while a version is tried, while the database is put back."""
    put(home.prefix, "1.0.0", "slow")
    point(home.prefix, "1.0.0")
    if moment != "copying":
        (home.data / "fast").touch()
    home.start()
    home.until(lambda: home.serving() == "1.0.0")
    home.stage(way={"copying": "", "trying": "never", "taking back": "breaks"}[moment], patience=60)
    home.nudge()
    if moment == "taking back":
        home.until(lambda: home.state() == "trying")
        (home.data / "fast").unlink()
        home.until(lambda: (home.data / "slow-back").exists())
    else:
        home.until(lambda: home.serving() == "1.1" if moment == "trying" else (home.data / "slow-copy").exists())
    assert home.state() == moment
    home.kill()
    (home.data / "fast").touch()
    home.start()
    if moment == "copying":
        home.until(lambda: home.state() == "done" and home.serving() == "1.1")
        assert home.cameras() == [("gate", "grey")]
    else:
        home.until(lambda: home.state() == "taken back" and home.serving() == "1.0.0")
        assert home.cameras() == [("gate",)]


def test_a_damaged_journal_is_no_update(home: Home) -> None:
    (home.prefix / "update.json").write_text('{"state": "stag')
    home.start()
    home.until(lambda: home.serving() == "1.0")
