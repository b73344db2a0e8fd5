"""The deliverer with its threads: nothing is left over or done twice, whatever hangs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections

from core.events.services import record
from core.media.clock import SystemClock
from core.rules import deliverer, deliveries, services
from core.rules.deciding import Decider
from core.rules.deliverer import Deliverer
from core.rules.deliveries import claim
from core.rules.models import Delivery, State
from tests.rig.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 30.0
Starts = Callable[[int], Deliverer]


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[None]:
    """One that threads share as they do for real: SQLite's in memory lets them not wait for each other."""
    memory = connections["default"]
    if memory.vendor != "sqlite":
        yield
        return
    memory.ensure_connection()
    name, path = memory.settings_dict["NAME"], str(tmp_path / "eyrie.sqlite3")
    with closing(sqlite3.connect(path)) as file:
        memory.connection.backup(file)
        file.execute("pragma journal_mode=wal")
    held, memory.connection = memory.connection, None  # were it closed, what is in memory would be gone
    memory.settings_dict["NAME"] = path
    try:
        yield
    finally:
        memory.close()
        memory.settings_dict["NAME"], memory.connection = name, held


@pytest.fixture
def running(database: None) -> Iterator[Starts]:
    """Deliverers of so many threads, ended after the test."""
    found: list[Deliverer] = []

    def start(threads: int) -> Deliverer:
        found.append(Deliverer(SystemClock(), lambda *_: None, threads=threads))
        found[-1].start()
        return found[-1]

    yield start
    for one in found:
        one.stop()


def fire(events: int, *texts: str) -> None:
    actions = [{"name": "say", "settings": {"text": text}} for text in texts or ("hello",)]
    definition = {"types": ["test.reading"], "actions": actions, "most_per_minute": 1000}
    services.add_rule("one", definition, actor="jo")
    clock = SystemClock()
    for _ in range(events):
        record("test.reading", None, clock.wall_ms())
    assert Decider(clock).decide().fired == events


def in_state(state: State) -> int:
    return Delivery.objects.filter(state=state).count()


def test_many_are_done_once_each_in_their_order(running: Starts, mouth) -> None:
    fire(40, "first", "second")
    running(3)
    eventually(lambda: in_state(State.DONE) == 80, SOON, "all are done")
    said = [(context.event.id, settings.text) for settings, context in mouth.said]
    assert len(said) == len(set(said)) == 80
    assert all(said.index((event, "first")) < said.index((event, "second")) for event, _ in said)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_what_hangs_counts_as_failed_and_costs_no_other(running: Starts, mouth, monkeypatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(deliverer, "timeout_of", lambda _: 0.5)
    monkeypatch.setattr(deliverer, "RENEW_S", 0.2)
    monkeypatch.setattr(deliveries, "FIRST_WAIT_MS", 500)
    mouth.answers = [lambda: f"released {released.wait(SOON)}"]
    fire(4)
    try:
        running(1)
        eventually(lambda: in_state(State.DONE) == 3, SOON, "the others are done")
        eventually(lambda: in_state(State.DONE) == 4, SOON, "and it too, at the next attempt")
        assert len(mouth.said) == 5
    finally:
        released.set()
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [1, 1, 1, 2]


def test_one_that_ends_finishes_what_runs_and_gives_back_the_rest(running: Starts, mouth) -> None:
    begun, released = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        released.wait(SOON)
        return "slow"

    mouth.answers = [slow]
    fire(5)
    leaving = running(1)
    assert begun.wait(SOON)
    eventually(lambda: in_state(State.RUNNING) == 5, SOON, "the others are claimed ahead")
    stopping = threading.Thread(target=leaving.stop)
    stopping.start()
    released.set()
    stopping.join()
    assert dict(Delivery.objects.values_list("line", "attempts")) == {"slow": 1, "": 0}
    assert (in_state(State.DONE), in_state(State.QUEUED)) == (1, 4)


def test_two_claim_nothing_in_common_and_a_loser_writes_nothing(mouth) -> None:
    fire(6)
    now = SystemClock().wall_ms()
    mine, others = claim("me", now, 4), claim("other", now, 4)
    assert (len(mine), len(others)) == (4, 2)
    assert not {one.pk for one in mine} & {one.pk for one in others}
    taken = Delivery.objects.get(pk=mine[0].pk)
    Delivery.objects.filter(pk=taken.pk).update(owner="other")  # as after a lease that was not renewed
    deliveries.write([deliveries.succeeded(one, "done", now) for one in mine], now)
    assert in_state(State.DONE) == 3
    taken.refresh_from_db()
    assert (taken.state, taken.owner) == (State.RUNNING, "other")
