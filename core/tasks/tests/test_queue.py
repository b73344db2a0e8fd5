"""The queue, on a real file."""

from pathlib import Path

import pytest
from huey import PriorityRedisHuey, SqliteHuey

from core.configuration import load
from core.tasks import every_minute, queue, task
from core.tasks.queue import make_queue

calls: list[int] = []


@task(retries=1)
def remember(number: int) -> None:
    calls.append(number)


@every_minute("*")
def tick() -> None:
    calls.append(0)


def test_a_call_is_queued_in_a_file_and_done_by_whoever_takes_it() -> None:
    queue().flush()
    remember(7)
    assert calls == []
    waiting = queue().dequeue()
    queue().execute(waiting)
    assert calls == [7]


def test_a_periodic_task_is_due_every_minute() -> None:
    import datetime

    due = [found.name for found in queue().read_periodic(datetime.datetime(2026, 1, 1, 12, 34))]  # noqa: DTZ001
    assert "tick" in due


def test_one_machine_has_a_file_and_several_have_redis(tmp_path: Path) -> None:
    local = make_queue(load({"EYRIE_DATA": str(tmp_path)}))
    assert isinstance(local, SqliteHuey)
    assert local.immediate is False
    assert (tmp_path / "queue.sqlite3").exists()
    shared = make_queue(load({"EYRIE_DATA": str(tmp_path), "EYRIE_REDIS_URL": "redis://127.0.0.1:1/0"}))
    assert isinstance(shared, PriorityRedisHuey)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    calls.clear()
