"""The index thread: batches, a database that is away, a row it refuses, and a bounded backlog."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from core.media.fragments import Fragment
from core.media.units import Codec, Track
from core.recording import index as index_module
from core.recording.entries import GapEntry, GapReason, SegmentEntry
from core.recording.index import IndexWriter
from core.recording.keys import SegmentName
from core.recording.models import Gap, Piece, Segment, State
from core.recording.store import write_batch
from core.recording.volumes import OpenVolume

TRACKS = (Track(0, Codec.H264, 90_000, b"config", 640, 360),)


def entry(volume: OpenVolume, start_ms: int = 1000, fragments: int = 1) -> SegmentEntry:
    made = SegmentEntry(SegmentName(1, 0, start_ms), volume.id, TRACKS, 100)
    for number in range(fragments):
        grow(made, number)
    return made


def grow(made: SegmentEntry, number: int) -> None:
    made.add(Fragment(100 + 50 * number, 50, 20, 500 * number, 500, number == 0))


@pytest.fixture
def index() -> Iterator[IndexWriter]:
    writer = IndexWriter(interval=3600)
    writer.start()
    yield writer
    writer.stop(5)


@pytest.mark.django_db(databases="__all__")
def test_a_segments_life(volume: OpenVolume) -> None:
    formats = index_module.FormatIds()
    made = entry(volume)
    write_batch([made], [], formats)
    row = Segment.objects.get()
    assert (row.state, row.end_ms, row.size, made.indexed) == (State.OPEN, 1500, 150, True)
    grow(made, 1)
    write_batch([made], [], formats)
    assert Segment.objects.get().end_ms == 2000
    made.close(2010)
    write_batch([made], [], formats)
    row = Segment.objects.get()
    assert (row.state, row.end_ms, row.size) == (State.CLOSED, 2010, 200)
    assert Piece.objects.get().size == 200


@pytest.mark.django_db(databases="__all__")
def test_the_same_segment_again_replaces_row_and_piece(volume: OpenVolume) -> None:
    write_batch([entry(volume, fragments=3)], [], index_module.FormatIds())
    write_batch([entry(volume, fragments=2)], [], index_module.FormatIds())
    assert Segment.objects.get().size == Piece.objects.get().size == 200
    assert (Segment.objects.get().camera_id, Segment.objects.get().stream, Segment.objects.get().start_ms) == (
        1,
        0,
        1000,
    )


@pytest.mark.django_db(databases="__all__")
def test_a_marked_segment_stays_marked(volume: OpenVolume) -> None:
    made = entry(volume)
    write_batch([made], [], index_module.FormatIds())
    Segment.objects.update(state=State.DELETING)
    made.close()
    write_batch([made], [], index_module.FormatIds())
    assert Segment.objects.get().state == State.DELETING


@pytest.mark.django_db(databases="__all__")
def test_a_gaps_life() -> None:
    formats = index_module.FormatIds()
    gap = GapEntry(1, 0, 1000, GapReason.OFFLINE, "x" * 300)
    write_batch([], [gap], formats)
    assert Gap.objects.get().end_ms is None
    gap.end_ms = 2000
    write_batch([], [gap], formats)
    row = Gap.objects.get()
    assert (row.end_ms, row.reason, len(row.detail)) == (2000, "offline", 200)
    gap.void = True
    write_batch([], [gap], formats)
    assert not Gap.objects.exists()


class Database:
    """Stands for `write_batch`: records batches, and fails as told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.errors: list[Exception] = []
        self.refused: set[int] = set()
        self.tried = threading.Semaphore(0)

    def __call__(self, segments: Any, gaps: Any, formats: Any) -> None:
        starts = [made.name.start_ms for made in segments]
        try:
            if self.errors:
                raise self.errors.pop(0)
            if self.refused & set(starts):
                raise IntegrityError("no such volume")
            self.batches.append(starts)
        finally:
            self.tried.release()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    made = Database()
    monkeypatch.setattr(index_module, "write_batch", made)
    monkeypatch.setattr(index_module, "index_alias", lambda: "default")
    return made


@pytest.mark.django_db
def test_a_database_that_is_away_loses_nothing(
    index: IndexWriter, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "RETRY", (0.01,))
    database.errors = [OperationalError("away"), OperationalError("away")]
    volume: Any = type("V", (), {"id": 1})
    written = threading.Event()
    index.put_segment(entry(volume, 1000), written.set)
    index.put_segment(entry(volume, 2000))
    index.flush()
    assert written.wait(10)
    assert database.batches == [[1000, 2000]]


@pytest.mark.django_db
def test_a_row_that_is_refused_costs_the_others_nothing(index: IndexWriter, database: Database) -> None:
    database.refused = {2000}
    volume: Any = type("V", (), {"id": 1})
    written: list[int] = []
    for start in (1000, 2000, 3000):
        index.put_segment(entry(volume, start), lambda start=start: written.append(start))
    assert index.stop(10)
    assert sorted(start for batch in database.batches for start in batch) == [1000, 3000]
    assert written == [1000, 3000]


def test_the_backlog_is_bounded_by_letting_closed_segments_go() -> None:
    index = IndexWriter(backlog=3)
    volume: Any = type("V", (), {"id": 1})
    for start in range(10):
        made = entry(volume, start)
        if start:
            made.close()
        index.put_segment(made)
    assert [name.start_ms for name in index._segments] == [0, 8, 9]
