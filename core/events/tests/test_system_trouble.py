"""The supervisor's chronicle becomes events, each once, whoever reads it how often."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.events.models import StoredEvent
from core.events.system_trouble import Newsreader
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(transaction=True)


class Book:
    def __init__(self, path: Path, clock: FakeClock) -> None:
        self.path = path
        self.clock = clock
        self.entries: list[dict[str, Any]] = []

    def write(self, run: str, what: str, after_s: float = 1.0, **facts: Any) -> int:
        self.clock.advance(after_s)
        entry = {"run": run, "number": len(self.entries), "at_ms": self.clock.wall_ms(), "what": what}
        self.entries.append(entry | facts)
        self.path.write_text(json.dumps(self.entries))
        os.utime(self.path, ns=(0, len(self.entries)))
        return int(entry["at_ms"])

    def read(self) -> None:
        Newsreader(self.path, self.clock).look()


@pytest.fixture
def book(tmp_path: Path, fake_clock: FakeClock) -> Book:
    return Book(tmp_path / "chronicle.json", fake_clock)


def told() -> list[tuple[str, dict[str, Any], int, int | None]]:
    rows = StoredEvent.objects.order_by("start_ms", "pk")
    return [(row.type.removeprefix("system."), row.attributes, row.start_ms, row.end_ms) for row in rows]


def test_a_run_from_start_to_stop(book: Book) -> None:
    book.read()
    began = book.write("a", "started", clean=True)
    ended = book.write("a", "ended", process="web", message="It ended with exit code 1.", times=3)
    book.read()
    book.read()
    stopped = book.write("a", "stopped")
    book.read()
    assert told() == [
        ("started", {}, began, began),
        ("process_restarted", {"process": "web", "message": "It ended with exit code 1.", "times": 3}, ended, ended),
        ("stopped", {"clean": True}, stopped, stopped),
    ]
    assert StoredEvent.objects.filter(pending=True).count() == 3, "rules may ask for them"


def test_a_killed_run_ended_when_it_was_last_alive(book: Book) -> None:
    first = book.write("a", "started", clean=True)
    lost = book.write("a", "lost", process="recorder-0", since_ms=first + 500, message="It does not answer.")
    book.read()
    assert [(row[0], row[3]) for row in told()] == [("started", first), ("node_lost", None)]
    second = book.write("b", "started", 60, clean=False, alive_ms=lost + 10)
    book.read()
    assert [(row[0], row[1].get("clean"), row[2], row[3]) for row in told()] == [
        ("started", None, first, first),
        ("node_lost", None, first + 500, second),
        ("stopped", False, lost + 10, lost + 10),
        ("started", None, second, second),
    ]


def test_what_is_lost_lasts_until_it_is_back(book: Book) -> None:
    at = book.write("a", "started", clean=True)
    for process in ("recorder-0", "recorder-1"):
        book.write("a", "lost", process=process, since_ms=at + 1, message="It does not answer.")
    book.read()
    back = book.write("a", "back", process="recorder-1")
    book.read()
    ends = {row[1]["process"]: row[3] for row in told() if row[0] == "node_lost"}
    assert ends == {"recorder-0": None, "recorder-1": back}


def test_old_entries_are_left_alone(book: Book) -> None:
    book.write("a", "started", clean=True)
    book.clock.advance(2 * 86_400)
    book.read()
    assert told() == []
