"""What a crash leaves is taken up: whatever the moment, index and volume agree again and every file plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.media.tests.footage import START_MS, decode_file
from core.recording.adoption import adopt, leftovers
from core.recording.keys import piece_key
from core.recording.models import Gap, Piece, Segment, State
from core.recording.tests.recorded import footage, make_volume, record
from core.recording.volumes import OpenVolume

Stretch = tuple[int, int | None, str]
pytestmark = pytest.mark.django_db(databases="__all__")


def restart(volume: OpenVolume) -> int:
    left = leftovers([volume], lambda camera_id: True)
    return adopt(left, [volume])


def settled(volume: OpenVolume) -> Segment:
    """The only segment, which must agree with its file."""
    row = Segment.objects.get()
    assert row.state == State.CLOSED
    assert volume.storage.unfinished() == []
    assert list(volume.storage.keys()) == [piece_key(Piece.objects.get())]
    assert volume.storage.size(piece_key(Piece.objects.get())) == row.size
    return row


def test_an_object_without_row_is_indexed(volume: OpenVolume) -> None:
    (entry,) = record(volume, index=False, commit=False)
    assert restart(volume) == 1
    row = settled(volume)
    assert (row.start_ms, row.end_ms, row.size) == (entry.name.start_ms, entry.end_ms, entry.size)
    assert bytes(row.fragments) == entry.now[2]


def test_an_open_row_is_brought_up_to_its_file(volume: OpenVolume) -> None:
    (entry,) = record(volume, commit=False)
    Segment.objects.update(state=State.OPEN, size=100, end_ms=entry.name.start_ms + 500, fragments=b"")
    assert restart(volume) == 1
    assert settled(volume).end_ms == entry.end_ms


@pytest.mark.parametrize("lost", [1, 300, 2000])
def test_a_torn_tail_is_cut_off(volume: OpenVolume, storage_root: Path, lost: int) -> None:
    (entry,) = record(volume, index=False, commit=False)
    (path,) = (storage_root / "open").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - lost])
    restart(volume)
    row = settled(volume)
    assert 0 < row.size < entry.size
    whole = decode_file(volume.storage.read(entry.key, 0, row.size))
    assert len(whole) == (row.end_ms - row.start_ms) // 100
    assert all((a == b).all() for a, b in zip(whole, footage().pictures, strict=False))


@pytest.mark.parametrize("kept", [0, 10, 700])
def test_nothing_whole_leaves_nothing(volume: OpenVolume, storage_root: Path, kept: int) -> None:
    record(volume, commit=False)
    Segment.objects.update(state=State.OPEN)
    (path,) = (storage_root / "open").iterdir()
    path.write_bytes(path.read_bytes()[:kept])
    assert restart(volume) == 0
    assert not Segment.objects.exists()
    assert not Piece.objects.exists()
    assert volume.storage.unfinished() == []


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([], [(0, None, "recorder_down")]),
        ([(-9000, -2000, "offline")], [(-9000, -2000, "offline"), (-2000, None, "recorder_down")]),
        ([(-9000, 0, "offline")], [(-9000, 0, "offline"), (0, None, "recorder_down")]),
        ([(-9000, None, "offline")], [(-9000, None, "offline")]),
    ],
)
def test_a_recording_that_came_to_nothing_leaves_a_gap(
    volume: OpenVolume, storage_root: Path, gaps: list[Stretch], expected: list[Stretch]
) -> None:
    for start, end, reason in gaps:
        end_ms = None if end is None else START_MS + end
        Gap.objects.create(camera_id=1, start_ms=START_MS + start, end_ms=end_ms, reason=reason)
    record(volume, commit=False, index=False)
    (path,) = (storage_root / "open").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    restart(volume)
    found = Gap.objects.order_by("start_ms").values_list("start_ms", "end_ms", "reason")
    assert [(start - START_MS, end and end - START_MS, reason) for start, end, reason in found] == expected


def test_a_volume_that_comes_back_leaves_gaps_to_those_who_kept_them(volume: OpenVolume, storage_root: Path) -> None:
    record(volume, commit=False, index=False)
    (path,) = (storage_root / "open").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    adopt(leftovers([volume], lambda camera_id: True, at_start=False), [volume])
    assert not Gap.objects.exists()


def test_a_closed_row_lacks_the_rename_only(volume: OpenVolume) -> None:
    (entry,) = record(volume, commit=False)
    assert restart(volume) == 1
    assert settled(volume).size == entry.size


def test_a_closed_row_whose_file_lost_its_tail_in_a_power_cut(volume: OpenVolume, storage_root: Path) -> None:
    (entry,) = record(volume, commit=False)
    (path,) = (storage_root / "open").iterdir()
    path.write_bytes(path.read_bytes()[:-1000])
    restart(volume)
    assert settled(volume).size < entry.size


def test_an_open_row_without_object_goes(volume: OpenVolume) -> None:
    (entry,) = record(volume)
    Segment.objects.update(state=State.OPEN)
    volume.storage.delete(entry.key)
    restart(volume)
    assert not Segment.objects.exists()


def test_an_open_row_of_a_finished_object_is_closed(volume: OpenVolume) -> None:
    record(volume)
    Segment.objects.update(state=State.OPEN, size=1)
    restart(volume)
    settled(volume)


def test_an_open_row_on_a_volume_that_is_away_stays(volume: OpenVolume, storage_root: Path) -> None:
    record(volume)
    Segment.objects.update(state=State.OPEN)
    other = make_volume(storage_root, "other")
    adopt(leftovers([other], lambda camera_id: True), [other])
    assert Segment.objects.get().state == State.OPEN


def test_a_marked_segment_is_not_brought_back(volume: OpenVolume) -> None:
    record(volume, commit=False)
    Segment.objects.update(state=State.DELETING)
    assert restart(volume) == 0
    assert volume.storage.unfinished() == []
    assert not Segment.objects.exists()


def test_other_recorders_cameras_are_left_alone(volume: OpenVolume) -> None:
    record(volume, 1, index=False, commit=False)
    record(volume, 2, index=False, commit=False)
    adopt(leftovers([volume], lambda camera_id: camera_id % 2 == 0), [volume])
    assert [row.camera_id for row in Segment.objects.all()] == [2]
    assert len(volume.storage.unfinished()) == 1
