"""The recorder as a process, with cameras that are recorded only when something triggers."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.recorder.tests.test_process import House, now_ms

A, B, C = 1, 2, 3
PRE_MS = 2_000
GOP_MS = 1_000  # of the replayed cameras


class Guarded(House):
    """Camera a waits for triggers, b for events of a kind, c for motion."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.change("update cameras_camera set recording = 'event', pre_roll = 2, post_roll = 1")
        self.change("update cameras_camera set record_on = ? where id = ?", json.dumps(["lpr.*"]), B)
        self.change("update cameras_camera set recording = 'motion' where id = ?", C)

    def change(self, statement: str, *values: object, database: str = "eyrie") -> None:
        with contextlib.closing(sqlite3.connect(self.data / f"{database}.sqlite3", timeout=20)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def trigger(self, camera: int, start_ms: int, until_ms: int, source: str = "test") -> None:
        self.change(
            "insert into recording_trigger (camera_id, start_ms, until_ms, source) values (?, ?, ?, ?)",
            *(camera, start_ms, until_ms, source),
            database="index",
        )

    def event(self, camera: int, kind: str, start_ms: int, end_ms: int | None) -> None:
        given = {"type": kind, "camera_id": camera, "start_ms": start_ms, "end_ms": end_ms}
        with contextlib.closing(sqlite3.connect(self.data / "eyrie.sqlite3")) as connection:
            columns = connection.execute(
                "select name, type from pragma_table_info('events_storedevent') where \"notnull\""
            )
            rest = {name: "" if "char" in kind or "text" in kind else 0 for name, kind in columns if name != "id"}
        values = rest | given
        names, places = ", ".join(values), ", ".join("?" * len(values))
        self.change(f"insert into events_storedevent ({names}) values ({places})", *values.values())  # noqa: S608  ours

    def schedule(self, camera: int, mode: str) -> None:
        """Have a camera go by a schedule of one mode."""
        week = json.dumps({"days": [[{"start": "00:00", "end": "24:00", "mode": mode}]] * 7, "holiday": None})
        self.change("insert or replace into cameras_recordingschedule (id, name, week) values (1, 'Shop', ?)", week)
        self.change(
            "update cameras_camera set recording = 'schedule', schedule_id = 1, revision = revision + 1 where id = ?",
            camera,
        )

    def waits(self) -> None:
        """Returns when every camera has streamed for longer than its pre-roll, unrecorded."""
        question = "select count(distinct camera_id) from recording_gap where reason = 'no_event' and start_ms < ?"
        self.until(lambda: self.rows(question, now_ms() - PRE_MS - 2 * GOP_MS) == [(3,)])
        assert self.recorded() == {}

    def recorded(self) -> dict[int, tuple[int, int]]:
        """First start and last end of what each camera has."""
        found = self.rows("select id >> 43, min(id % (1 << 42)), max(end_ms) from recording_segment group by id >> 43")
        return {int(str(camera)): (int(str(start)), int(str(end))) for camera, start, end in found}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Guarded]:
    made = Guarded(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_only_what_triggers_is_recorded_with_its_pre_roll_and_a_kill_does_not_end_it(house: Guarded) -> None:
    house.start()
    house.waits()
    at = now_ms()
    house.trigger(A, at, at + 2_000)
    house.event(B, "lpr.plate_read", at, at)
    house.event(C, "lpr.plate_read", at, at)  # no motion
    every = "select count(*) from recording_segment"
    wanted = {A: at + 3_000, B: at + 1_000}
    house.until(lambda: all(house.recorded().get(camera, (0, 0))[1] >= end for camera, end in wanted.items()))
    house.until(lambda: house.rows(every) == house.rows(every + " where state = 1"))
    assert house.recorded().keys() == {A, B}
    for camera, until in ((A, at + 2_000), (B, at)):
        start, end = house.recorded()[camera]
        assert at - PRE_MS - 2 * GOP_MS <= start <= at - PRE_MS
        assert until + 1_000 <= end <= until + 1_000 + 2 * GOP_MS

    again = now_ms()
    house.event(C, "motion.detected", again, None)
    house.trigger(A, again, again + 600_000, "for long")
    house.until(lambda: C in house.recorded() and house.recorded()[A][1] > again + 1_000)
    house.end(kill=True)
    killed = now_ms()
    house.start()
    house.until(lambda: min(house.recorded()[camera][1] for camera in (A, C)) > killed + 1_000)
    assert house.recorded()[B][1] < again
    house.schedule(B, "continuous")
    house.until(lambda: house.recorded()[B][1] > killed)
    house.schedule(B, "off")
    closed = "select 1 from recording_gap where camera_id = 2 and reason = 'not_scheduled'"
    house.until(lambda: house.rows(closed) != [])
    streaming = house.log.read_text().count("Camera 2 (b), main is streaming")
    assert streaming == 2  # once a process: a changed schedule connects nothing anew
    house.end_cleanly()
    house.agrees()
    gaps = dict(house.rows("select reason, count(*) from recording_gap where camera_id = 1 group by reason"))
    assert gaps.keys() == {"no_event", "recorder_down"}
    assert gaps["recorder_down"] == 1
