"""Row ids hold camera, stream and time, in the order in which they are asked for."""

from __future__ import annotations

import pytest

from core.recording import ids
from core.recording.keys import SegmentName, object_key, parse_key

LAST_MS = (1 << 42) - 1  # in the year 2109


@pytest.mark.parametrize("camera", [0, 1, 1023, ids.CAMERAS - 1])
@pytest.mark.parametrize("stream", [0, 1])
@pytest.mark.parametrize("start_ms", [0, 1_767_225_600_000, LAST_MS])
def test_a_name_is_its_id(camera: int, stream: int, start_ms: int) -> None:
    name = SegmentName(camera, stream, start_ms)
    assert SegmentName.of(name.id) == name
    assert 0 <= ids.piece_id(name.id, 7) < 1 << 63
    assert ids.segment_of(ids.piece_id(name.id, 7)) == name.id
    assert parse_key(object_key(name)) == name


@pytest.mark.parametrize("name", [(ids.CAMERAS, 0, 0), (-1, 0, 0), (1, 2, 0), (1, 0, -1), (1, 0, LAST_MS + 1)])
def test_what_does_not_fit_is_refused(name: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no place in the segment index"):
        ids.segment_id(*name)


def test_ids_are_ordered_by_camera_then_stream_then_time() -> None:
    names = [(1, 0, 5), (1, 0, 6), (1, 1, 0), (1, 1, LAST_MS), (2, 0, 0)]
    found = [ids.segment_id(*name) for name in names]
    assert found == sorted(found)


@pytest.mark.parametrize(("after", "before"), [(-(10**15), 10**15), (-1, ids.ALWAYS)])
def test_any_times_may_be_asked_for_and_stay_within_the_stream(after: int, before: int) -> None:
    low, high = ids.id_range(1, 1, after, before)
    assert (low + 1, high - 1) == (ids.segment_id(1, 1, 0), ids.segment_id(1, 1, LAST_MS))
    low, high = ids.camera_range(1)
    assert (low + 1, high - 1) == (ids.segment_id(1, 0, 0), ids.segment_id(1, 1, LAST_MS))


def test_a_camera_the_index_cannot_hold_has_nothing() -> None:
    low, high = ids.id_range(10**30, 0, 5, 10)
    assert low >= ids.segment_id(ids.CAMERAS - 1, 1, LAST_MS)
    assert high < 1 << 63


def test_pieces_of_neighbours_lie_side_by_side() -> None:
    low, high = ids.piece_range(10, 11)
    assert [piece for segment in (9, 10, 11, 12) for piece in ids.piece_ids(segment) if low <= piece <= high] == [
        *ids.piece_ids(10),
        *ids.piece_ids(11),
    ]
    with pytest.raises(ValueError, match="at most 8"):
        ids.piece_id(1, 8)


@pytest.mark.parametrize(
    "key",
    [
        "1/2026-01-01/00/main-1767225600000.mp4.tmp",
        "1/2026-01-01/01/main-1767225600000.mp4",  # another hour's directory
        "01/2026-01-01/00/main-1767225600000.mp4",
        "999999999/2026-01-01/00/main-1767225600000.mp4",
        "1/2026-01-01/00/main-99999999999999999999.mp4",
        "1/2026-01-01/00/third-1767225600000.mp4",
    ],
)
def test_keys_no_recorder_made(key: str) -> None:
    assert parse_key(key) is None
