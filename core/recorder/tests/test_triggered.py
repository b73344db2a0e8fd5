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
        columns = {"type": kind, "camera_id": camera, "start_ms": start_ms, "end_ms": end_ms, "attributes": "{}"}
        columns |= {"objects_seen": "[]", "pending": 0, "chain": 0, "picture": "", "acknowledged_by": "", "note": ""}
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        self.change(f"insert into events_storedevent ({names}) values ({places})", *columns.values())  # noqa: S608  ours

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


def test_only_what_triggers_is_recorded_with_its_pre_roll(house: Guarded) -> None:
    house.start()
    house.waits()
    at = now_ms()
    house.trigger(A, at, at + 2_000)
    house.event(B, "lpr.plate_read", at, at)
    house.event(C, "lpr.plate_read", at, at)  # no motion
    closed = "select count(*) from recording_segment where state = 1"
    house.until(
        lambda: (
            house.recorded().keys() == {A, B}
            and house.rows(closed) == house.rows("select count(*) from recording_segment")
        )
    )
    for camera, until in ((A, at + 2_000), (B, at)):
        start, end = house.recorded()[camera]
        assert at - PRE_MS - 2 * GOP_MS <= start <= at - PRE_MS
        assert until + 1_000 <= end <= until + 1_000 + 2 * GOP_MS
    house.event(C, "motion.detected", now_ms(), None)
    house.until(lambda: C in house.recorded())
    house.event(B, "camera.offline", now_ms(), now_ms())
    house.end_cleanly()
    house.agrees()
    assert {reason for (reason,) in house.rows("select distinct reason from recording_gap")} == {"no_event"}


def test_killed_while_triggered_it_goes_on(house: Guarded) -> None:
    house.start()
    house.waits()
    at = now_ms()
    house.trigger(A, at, at + 600_000)
    house.until(lambda: A in house.recorded() and house.recorded()[A][1] > at + 1_000)
    house.end(kill=True)
    killed = now_ms()
    house.start()
    house.until(lambda: house.recorded()[A][1] > killed + 1_000)
    assert house.recorded().keys() == {A}
    house.end_cleanly()
    house.agrees()
    assert house.recorded()[A][0] <= at - PRE_MS
    downtime = house.rows(
        "select end_ms - start_ms from recording_gap where camera_id = 1 and reason = 'recorder_down'"
    )
    assert len(downtime) == 1
