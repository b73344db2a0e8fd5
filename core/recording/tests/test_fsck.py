"""Disk and index compared, and the index rebuilt from the disk alone."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.recording.keys import piece_key
from core.recording.models import Format, Piece, Segment
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume

pytestmark = pytest.mark.django_db(databases="__all__")


def fsck(*options: str) -> dict[str, int]:
    out = StringIO()
    call_command("fsck", "--json", *options, stdout=out)
    return json.loads(out.getvalue())["volumes"]["test"]


def rows() -> list[tuple[object, ...]]:
    values = Segment.objects.order_by("pk").values_list("pk", "end_ms", "size", "state", "format__digest", "fragments")
    keys = {piece.segment_id: piece_key(piece) for piece in Piece.objects.all()}
    return [(*row[:-1], bytes(row[-1]), keys[row[0]]) for row in values]


def test_all_well(volume: OpenVolume) -> None:
    record(volume, seconds=4, segment_ms=1000)
    found = fsck()
    assert (found["objects"], found["rows"], found["unindexed"], found["missing"]) == (4, 4, 0, 0)


def test_the_index_is_rebuilt_from_the_files(volume: OpenVolume) -> None:
    record(volume, seconds=4, segment_ms=1000)
    before = rows()
    Piece.objects.all().delete()
    Segment.objects.all().delete()
    Format.objects.all().delete()
    with pytest.raises(CommandError, match="fsck --repair"):
        fsck()
    assert fsck("--repair")["repaired"] == 4
    assert rows() == before
    assert fsck()["unindexed"] == 0


def test_rows_without_object_are_forgotten(volume: OpenVolume) -> None:
    entries = record(volume, seconds=3, segment_ms=1000)
    volume.storage.delete(entries[1].key)
    with pytest.raises(CommandError):
        fsck()
    assert fsck("--repair")["missing"] == 1
    assert [row[0] for row in rows()] == [entries[0].id, entries[2].id]


def test_a_shorter_file_is_indexed_anew(volume: OpenVolume, storage_root: Path) -> None:
    (entry,) = record(volume)
    path = storage_root / entry.key
    path.write_bytes(path.read_bytes()[:-500])
    assert fsck("--repair")["wrong_size"] == 1
    assert 0 < Segment.objects.get().size == path.stat().st_size
    assert fsck()["wrong_size"] == 0


@pytest.mark.parametrize("indexed", [True, False])
def test_a_torn_end_is_cut_off_once(volume: OpenVolume, storage_root: Path, indexed: bool) -> None:
    (entry,) = record(volume, index=indexed)
    path = storage_root / entry.key
    whole = path.read_bytes()
    path.write_bytes(whole + whole[-3000:-1000])
    assert fsck("--repair")["repaired"] == 1
    assert path.read_bytes() == whole
    assert Segment.objects.get().size == entry.size
    assert fsck()["repaired"] == 0


def test_what_holds_nothing_whole_goes(volume: OpenVolume, storage_root: Path) -> None:
    (entry,) = record(volume)
    path = storage_root / entry.key
    path.write_bytes(path.read_bytes()[: entry.header_size + 300])
    with pytest.raises(CommandError):
        fsck()
    assert fsck("--repair")["repaired"] == 1
    assert not path.exists()
    assert rows() == []
    assert fsck()["objects"] == 0


def test_foreign_files_are_left_alone(volume: OpenVolume, storage_root: Path) -> None:
    record(volume)
    (storage_root / "notes.txt").write_text("mine")
    (storage_root / "1" / "2026-01-01" / "00").mkdir(parents=True)
    fake = storage_root / "1/2026-01-01/00/main-1767225600000.mp4"
    fake.write_bytes(b"not a film")
    with pytest.raises(CommandError):
        fsck("--repair")
    assert fake.read_bytes() == b"not a film"
    assert (storage_root / "notes.txt").exists()
    assert Segment.objects.count() == 1
