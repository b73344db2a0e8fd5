"""Ranges, gaps and what playback needs."""

from __future__ import annotations

import pytest
from django.db import connections

from core.media.mp4.assemble import VirtualMp4
from core.media.tests.footage import START_MS, decode_file
from core.recording import queries
from core.recording.models import Gap, Segment, State
from core.recording.reading import Readers, VolumeReader
from core.recording.router import index_alias
from core.recording.tests.recorded import footage, record
from core.recording.volumes import OpenVolume

pytestmark = pytest.mark.django_db(databases="__all__")


def test_neighbours_are_one_range_and_cut_to_the_question(volume: OpenVolume) -> None:
    entries = record(volume, seconds=6, segment_ms=2000)
    assert len(entries) == 3
    found = queries.timelines([1, 2], START_MS + 500, START_MS + 5000)
    assert [(one.start_ms - START_MS, one.end_ms - START_MS) for one in found[1].ranges] == [(500, 5000)]
    assert found[1].ranges[0].size == sum(entry.size for entry in entries)
    assert found[2].ranges == []


def test_gaps_that_touch_the_range(volume: OpenVolume) -> None:
    for start, end in ((0, 100), (900, 1100), (1200, None), (3000, 4000)):
        Gap.objects.create(camera_id=1, start_ms=start, end_ms=end, reason="offline")
    found = queries.timelines([1], 1000, 2000)[1].gaps
    assert [(gap.start_ms, gap.end_ms) for gap in found] == [(900, 1100), (1200, None)]


def test_marked_segments_are_gone_for_everybody(volume: OpenVolume) -> None:
    record(volume)
    Segment.objects.update(state=State.DELETING)
    assert queries.timelines([1], START_MS, START_MS + 5000)[1].ranges == []
    assert list(queries.segments(1, START_MS, START_MS + 5000)) == []
    assert queries.segment_at(1, START_MS + 100) is None
    assert queries.first_start_ms(1) is None


def test_first_last_and_at(volume: OpenVolume) -> None:
    record(volume, seconds=4, segment_ms=2000)
    assert queries.first_start_ms(1) == START_MS
    assert queries.last_end_ms(1) == START_MS + 4000
    at = queries.segment_at(1, START_MS + 2500)
    assert at is not None
    assert at.start_ms == START_MS + 2000
    assert queries.segment_at(1, START_MS + 4000) is None


def test_neighbouring_cameras_and_streams_are_kept_apart(volume: OpenVolume) -> None:
    record(volume, 1, seconds=1)
    record(volume, 2, seconds=1, start_ms=START_MS + 1)
    found = queries.timelines([0, 1, 2, 3, 10**9], START_MS - 10**14, START_MS + 10**14)
    assert [camera for camera, timeline in found.items() if timeline.ranges] == [1, 2]
    assert queries.timelines([1], START_MS, START_MS + 1000, stream=1)[1].ranges == []
    assert [one.camera_id for one in queries.segments(2, 0, START_MS + 10**14)] == [2]
    assert queries.last_end_ms(1) == START_MS + 1000
    assert queries.first_start_ms(2) == START_MS + 1
    assert queries.end_before(2, 0, START_MS + 1) is None


def test_pages_of_segments_are_all_found(volume: OpenVolume, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    record(volume, seconds=5, segment_ms=1000)
    found = list(queries.segments(1, START_MS, START_MS + 5000))
    assert [one.start_ms - START_MS for one in found] == [0, 1000, 2000, 3000, 4000]


def test_a_range_plays_across_segments(volume: OpenVolume) -> None:
    record(volume, seconds=6, segment_ms=2000)
    pieces = queries.pieces(1, START_MS + 1000, START_MS + 5000)
    film = VirtualMp4(pieces)
    readers = Readers()
    readers._readers[volume.id] = _reader(volume)
    data = b"".join(film.chunks(0, film.size, readers.read_now))
    readers.close()
    assert len(data) == film.size
    shown = decode_file(data)
    expected = footage(6).pictures[10:50]
    assert len(shown) == len(expected)
    assert all((a == b).all() for a, b in zip(shown, expected, strict=True))


def _reader(volume: OpenVolume) -> VolumeReader:
    return VolumeReader(volume.storage, volume.name)


def plan(statement: str, values: int) -> list[str]:
    """How SQLite would answer."""
    connection = connections[index_alias()]
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's plan")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", range(1, values + 1))
        return [row[3] for row in cursor]


@pytest.mark.parametrize(("statement", "values"), [(queries._TIMELINE, 3), (queries._SUMS, 9)])
def test_the_timeline_is_read_from_the_covering_index_alone(statement: str, values: int) -> None:
    searches = [step for step in plan(statement, values) if "SUBQUERY" not in step]
    assert set(searches) == {"SEARCH recording_segment USING COVERING INDEX segment_timeline (id>? AND id<?)"}


@pytest.mark.parametrize(
    ("statement", "values", "table"),
    [
        (queries._SEGMENTS, 4, "recording_segment"),
        (queries._LAST, 3, "recording_segment"),
        (queries._PLACES, 2, "recording_piece"),
    ],
)
def test_segments_and_pieces_lie_in_the_order_of_their_ids(statement: str, values: int, table: str) -> None:
    assert plan(statement, values) == [f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]


def test_days_without_interruption_and_days_with_gaps_are_told_alike(volume: OpenVolume) -> None:
    """The database's sums and the rows themselves say the same; and from afar small gaps are not seen."""
    for day, starts in enumerate(((0, 2000, 4000), (0, 2000, 4300, 6300), (), (0, 1900, 3800))):
        for start in starts:
            record(volume, seconds=2, start_ms=START_MS + day * queries.DAY_MS + start)
    end = START_MS + 5 * queries.DAY_MS

    def ranges(join_ms: int) -> list[tuple[int, int, int]]:
        found = queries.timelines([1], START_MS + 1000, end, join_ms=join_ms)[1].ranges
        return [(*divmod(one.start_ms - START_MS, queries.DAY_MS), one.end_ms - one.start_ms) for one in found]

    assert ranges(queries.JOIN_MS) == [(0, 1000, 5000), (1, 0, 4000), (1, 4300, 4000), (3, 0, 5800)]
    assert ranges(1000) == [(0, 1000, 5000), (1, 0, 8300), (3, 0, 5800)]
    sizes = dict(Segment.objects.values_list("pk", "size"))
    assert sum(one.size for one in queries.timelines([1], START_MS, end)[1].ranges) == sum(sizes.values())
