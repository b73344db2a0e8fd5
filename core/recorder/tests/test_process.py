"""The recorder as a process of its own: what it records, what a kill costs, and how it goes."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.recording.keys import SegmentName, object_key
from tests.rig.prepared import prepare

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0
SETUP = """
import django; django.setup()
from core.cameras.models import Camera
import sys
for name, sound in (("a", "aac"), ("b", "pcmu"), ("c", "")):
    settings = {"control": sys.argv[1] + "/" + name, "sound": sound}
    Camera.objects.create(name=name, driver="replay", revision=1, settings=settings)
"""


class House:
    """A data directory with three cameras, and the recorder in it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("EYRIE_")}
        self.environment |= {"EYRIE_DATA": str(data), "EYRIE_SEGMENT_SECONDS": "5"}
        self.environment["DJANGO_SETTINGS_MODULE"] = "core.settings"
        prepare(data)
        command = [sys.executable, "-c", SETUP, str(data)]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, timeout=PATIENCE)

    def start(self) -> None:
        command = [sys.executable, "-m", "core.recorder.tests.run_recorder"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)

    def end(self, *, kill: bool) -> None:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        code = self.process.wait(PATIENCE)
        assert code == (-9 if kill else 0), self.log.read_text()

    def end_cleanly(self) -> None:
        """Stop it; on a machine too busy for that in time, the next start does the rest, as promised."""
        while True:
            written = self.log.stat().st_size
            self.end(kill=False)
            if b"did not take everything in time" not in self.log.read_bytes()[written:]:
                return
            since = now_ms()
            self.start()
            self.until(lambda since=since: self.records(since))

    def set(self, camera: str, mode: str) -> None:
        (self.data / camera).write_text(mode)

    def rows(self, question: str, *values: int, file: str = "index.sqlite3") -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.data / file)) as database:
            return database.execute(question, values).fetchall()

    def told(self, camera_id: int) -> list[object]:
        """Types of the camera's events, the newest first."""
        question = "select type from events_storedevent where camera_id = ? order by id desc"
        return [row[0] for row in self.rows(question, camera_id, file="eyrie.sqlite3")]

    def until(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process is None or self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def records(self, since_ms: int, cameras: int = 3) -> bool:
        """Every camera has a segment that began since then and is well under way."""
        found = self.rows(
            "select distinct id >> 43 from recording_segment where id % (1 << 42) > ? and size > 3000", since_ms
        )
        return len(found) >= cameras

    def objects(self) -> list[Path]:
        return sorted((self.data / "recordings").glob("[0-9]*/*/*/*.mp4"))

    def unfinished(self) -> list[str]:
        return [path.name for path in (self.data / "recordings" / "open").iterdir()]

    def agrees(self) -> None:
        """Index and disk say the same, and every file plays to its end."""
        rows = {
            object_key(SegmentName.of(int(str(segment)))): size
            for segment, size in self.rows(
                "select s.id, s.size from recording_segment s join recording_piece p on p.id >> 3 = s.id"
            )
        }
        assert {str(path.relative_to(self.data / "recordings")): path.stat().st_size for path in self.objects()} == rows
        assert self.rows("select distinct state from recording_segment") == [(1,)]
        assert self.unfinished() == []
        for path in self.objects():
            played = subprocess.run(
                ["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"], capture_output=True, timeout=PATIENCE
            )
            assert played.returncode == 0, path
            assert played.stderr == b"", path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_it_survives_being_killed(house: House) -> None:
    rng = random.Random(7)  # noqa: S311  repeatable, not secret
    kills = []
    for _ in range(3):
        since = now_ms()
        house.start()
        house.until(lambda since=since: house.records(since))
        time.sleep(rng.uniform(0, 1.5))
        kills.append(now_ms())
        house.end(kill=True)
    since = now_ms()
    house.start()
    house.until(lambda: house.records(since))
    house.end_cleanly()
    house.agrees()
    for (camera,) in house.rows("select distinct id >> 43 from recording_segment"):
        for kill in kills:
            question = "select max(end_ms) from recording_segment where id >> 43 = ? and id % (1 << 42) < ?"
            ((end,),) = house.rows(question, int(str(camera)), kill)
            assert kill - int(str(end)) < 1500  # a fragment, what its audio holds back, and this machine's other work
    reasons = house.rows("select reason, count(*) from recording_gap where end_ms is not null group by reason")
    assert reasons == [("recorder_down", 3 * 3)]


def test_killed_before_its_first_fragment_it_leaves_a_gap(house: House) -> None:
    (house.data / "recordings").mkdir()
    begun = house.data / "recordings" / "open"
    house.start()
    house.until(lambda: begun.exists() and any(begun.iterdir()))
    house.end(kill=True)
    cameras = {int(name.split("~")[0]) for name in house.unfinished()}
    since = now_ms()
    house.start()
    house.until(lambda: house.records(since))
    house.end_cleanly()
    house.agrees()
    assert cameras
    found = house.rows("select camera_id, reason from recording_gap where start_ms < ? and end_ms > ?", since, since)
    assert cameras <= {camera for camera, reason in found if reason == "recorder_down"}


def test_without_a_place_for_its_socket_it_says_one_sentence(house: House) -> None:
    (house.data / "run" / "recorder-0.sock").mkdir(parents=True)
    command = [sys.executable, "manage.py", "recorder"]
    found = subprocess.run(command, cwd=ROOT, env=house.environment, capture_output=True, text=True, timeout=PATIENCE)
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "let the user Eyrie runs as write there." in found.stderr


def test_an_index_that_is_away_at_the_start_is_waited_for(house: House) -> None:
    def rename(before: str, after: str) -> None:
        with contextlib.closing(sqlite3.connect(house.data / "index.sqlite3")) as database:
            database.execute(f"alter table {before} rename to {after}")

    rename("recording_segment", "elsewhere")
    since = now_ms()
    house.start()
    house.until(lambda: "The database does not answer" in house.log.read_text())
    rename("elsewhere", "recording_segment")
    house.until(lambda: house.records(since))
    house.end_cleanly()
    house.agrees()


def test_one_cameras_trouble_is_its_own(house: House) -> None:
    house.set("a", "raise")
    house.set("b", "silent")
    since = now_ms()
    house.start()
    house.until(lambda: house.records(since, 1))
    house.set("a", "stream")
    house.set("b", "stream")
    house.until(lambda: house.records(since, 3))
    house.set("b", "freeze")
    house.until(lambda: house.rows("select camera_id from recording_gap where reason = 'stalled'") == [(2,)])
    back = now_ms()
    house.set("b", "stream")
    question = "select 1 from recording_segment where id >> 43 = 2 and id % (1 << 42) > ?"
    house.until(lambda: house.rows(question, back) != [])
    house.set("a", "die")
    house.until(
        lambda: (
            house.rows("select 1 from recording_gap where camera_id = 1 and reason = 'offline' and end_ms is null")
            != []
        )
    )
    house.set("a", "stream")
    house.until(lambda: house.rows("select 1 from recording_gap where end_ms is null") == [])
    house.end_cleanly()
    house.agrees()
    assert house.rows("select * from recording_gap where camera_id = 3") == []


def test_who_comes_back_while_no_recorder_runs_is_told_of(house: House) -> None:
    house.set("a", "refuse")
    house.start()
    house.until(lambda: house.told(1)[:1] == ["camera.offline"])
    house.end(kill=True)
    house.set("a", "stream")
    house.start()
    house.until(lambda: house.told(1)[:1] == ["camera.online"])
    assert house.told(3) == []
