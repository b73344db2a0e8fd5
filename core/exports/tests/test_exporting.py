"""An export from its request to a signed archive, over real recordings."""

from __future__ import annotations

import io
import json
import os
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from core.exports.exporter import Exporter
from core.exports.models import Export, State
from core.exports.services import cancel_export, delete_export, remove_expired
from core.exports.verify import check
from core.media.tests.footage import START_MS, audio, decode_file, same, together, video
from core.media.units import Codec
from core.recording.models import Stream
from core.recording.queries import segments
from core.recording.tests import recorded
from core.recording.tests.recorded import footage, record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
Ask = Callable[..., Export]
Make = Callable[..., Exporter]


def manifest_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def made(export: Export) -> Export:
    export.refresh_from_db()
    assert export.state == State.DONE, export.error
    return export


def test_what_was_recorded_is_exported_sample_by_sample(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path
) -> None:
    record(volume, 1, seconds=6, segment_ms=2000)
    record(volume, 2, seconds=4)
    export = ask((1, 0, 6), (2, 1, 3), title="Two of them")
    assert exporter_of().work()
    assert made(export).done_bytes == export.total_bytes > 0
    path = folder / f"{export.pk}.zip"
    assert path.stat().st_size == export.size
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        first, second = (name for name in archive.namelist() if name.endswith(".mp4"))
        whole, part = archive.read(first), archive.read(second)
    assert same(decode_file(whole), footage(6).pictures)
    assert same(decode_file(part), footage(4).pictures[10:30])
    report = check(path)
    assert report.intact
    for row in export.files:  # a player may be given the file without unpacking the archive
        assert path.read_bytes()[row["offset"] :][: row["size"]] == (whole if row["camera"] == 1 else part)


def test_the_manifest_says_who_what_when_and_what_not(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path
) -> None:
    record(volume, 1, seconds=2)
    record(volume, 1, seconds=2, start_ms=START_MS + 60_000)
    export = ask((1, 0, 70), (7, 0, 10))
    exporter_of().work()
    found = manifest_of(folder / f"{made(export).pk}.zip")
    assert found["exporter"] == "eve"
    assert [row["camera_name"] for row in found["files"]] == ["Camera 1"]
    assert found["files"][0]["as_recorded"]
    assert [len(found["files"][0][key]) for key in ("shows", "gaps")] == [2, 2]
    gap = found["files"][0]["gaps"][0]
    assert (gap["start"][17:], gap["end"][17:], gap["reason"]) == ("42.000Z", "40.000Z", "not recorded")
    assert [item["camera"] for item in found["without_recordings"]] == [7]
    assert {note["camera"] for note in export.notes} == {"Camera 1", "Camera 7"}


def test_sound_that_is_left_out_is_left_out_and_told(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = together(video(frames=60, gop=30), audio(seconds=2.0))
    monkeypatch.setattr(recorded, "footage", lambda seconds, start_ms: scene)
    record(volume, 1)
    item = {"camera": 1, "name": "Gate", "stream": 0, "start_ms": START_MS, "end_ms": START_MS + 2000, "silent": True}
    for burn_in in (False, True):
        export = ask(items=[item], burn_in=burn_in)
        exporter_of().work()
        path = folder / f"{made(export).pk}.zip"
        row = manifest_of(path)["files"][0]
        assert (row["sound_left_out"], row["as_recorded"]) == (True, False)
        with zipfile.ZipFile(path) as archive, av.open(io.BytesIO(archive.read(row["name"]))) as opened:
            assert [stream.type for stream in opened.streams] == ["video"]


def test_a_hostile_camera_name_is_only_a_name(volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path) -> None:
    record(volume, 1, seconds=2)
    name = "../../<script>alert(1)</script>\n"
    item = {"camera": 1, "name": name, "stream": 0, "start_ms": START_MS, "end_ms": START_MS + 2000}
    export = ask(items=[item], burn_in=True)
    exporter_of().work()
    path = folder / f"{made(export).pk}.zip"
    assert manifest_of(path)["files"][0]["camera_name"] == name
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0].startswith("01_script_alert_1_script_")


def test_a_camera_that_was_deleted_is_exported_while_its_recordings_are_there(
    volume: OpenVolume, ask: Ask, exporter_of: Make
) -> None:
    record(volume, 42, seconds=2)  # there is no row of such a camera
    export = ask((42, 0, 2))
    exporter_of().work()
    assert made(export).files[0]["camera_name"] == "Camera 42"


def test_a_file_that_is_gone_is_noted_and_the_rest_exported(
    volume: OpenVolume, storage_root: Path, ask: Ask, exporter_of: Make, folder: Path
) -> None:
    record(volume, 1, seconds=6, segment_ms=2000)
    _file_of(storage_root, 1).unlink()
    export = ask((1, 0, 6))
    exporter_of().work()
    found = manifest_of(folder / f"{made(export).pk}.zip")
    assert [gap["reason"] for gap in found["files"][0]["gaps"]] == ["unreadable"]
    with zipfile.ZipFile(folder / f"{export.pk}.zip") as archive:
        pictures = footage(6).pictures
        assert same(decode_file(archive.read(archive.namelist()[0])), pictures[:20] + pictures[40:])


def test_a_file_that_goes_while_it_is_exported_costs_only_itself(
    volume: OpenVolume, storage_root: Path, ask: Ask, exporter_of: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.exports import job

    record(volume, 1, seconds=6, segment_ms=2000)
    real, victim = job.file_name, _file_of(storage_root, 1)

    def name(number: int, made: Any) -> str:  # called when all was looked at and nothing is written yet
        victim.unlink(missing_ok=True)
        return real(number, made)

    monkeypatch.setattr(job, "file_name", name)
    export = ask((1, 0, 6))
    exporter_of().work()
    found = manifest_of(folder / f"{made(export).pk}.zip")
    assert [gap["reason"] for gap in found["files"][0]["gaps"]] == ["unreadable"]
    assert check(folder / f"{export.pk}.zip").intact


def test_a_range_without_recordings_fails_with_a_sentence(db: None, ask: Ask, exporter_of: Make, folder: Path) -> None:
    export = ask((1, 0, 10))
    exporter_of().work()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert export.error.startswith("Nothing is recorded, or can be read, in these ranges")
    assert list(folder.iterdir()) == []


def test_cancelled_while_it_is_made(
    volume: OpenVolume, ask: Ask, exporter_of: Make, clock: FakeClock, folder: Path
) -> None:
    record(volume, 1, seconds=4)
    export = ask((1, 0, 4))

    def beat() -> None:
        clock.advance(2)
        if not _under_way(folder):
            return
        cancel_export(Export.objects.get(), actor="eve")

    exporter_of(beat).work()
    export.refresh_from_db()
    assert export.state == State.CANCELLED
    assert list(folder.iterdir()) == []


def test_cancelled_while_it_waits(volume: OpenVolume, ask: Ask, exporter_of: Make) -> None:
    export = ask((1, 0, 4))
    cancel_export(export, actor="eve")
    export.refresh_from_db()
    assert export.state == State.CANCELLED
    assert not exporter_of().work()


def test_deleted_while_it_is_made(
    volume: OpenVolume, ask: Ask, exporter_of: Make, clock: FakeClock, folder: Path
) -> None:
    record(volume, 1, seconds=4)
    ask((1, 0, 4))

    def beat() -> None:
        clock.advance(2)
        if not _under_way(folder):
            return
        for export in Export.objects.all():
            delete_export(export, actor="eve")

    exporter_of(beat).work()
    assert not Export.objects.exists()
    assert list(folder.iterdir()) == []


class Killed(BaseException):
    """Stands for the end of the process in the middle of its work."""


def test_an_exporter_that_dies_is_followed_by_the_next(
    volume: OpenVolume, ask: Ask, exporter_of: Make, clock: FakeClock, folder: Path
) -> None:
    record(volume, 1, seconds=4)
    export = ask((1, 0, 4))

    def die() -> None:
        if _under_way(folder):
            raise Killed

    with pytest.raises(Killed):
        exporter_of(die).work()
    export.refresh_from_db()
    assert export.state == State.RUNNING
    other = exporter_of()
    assert not other.work()  # it may live still
    clock.advance(11)
    assert other.work()
    assert made(export).attempts == 2
    assert check(folder / f"{export.pk}.zip").intact


def test_what_kills_every_exporter_is_given_up(
    volume: OpenVolume, ask: Ask, exporter_of: Make, clock: FakeClock
) -> None:
    record(volume, 1, seconds=4)
    export = ask((1, 0, 4))

    def die() -> None:
        raise Killed

    for _ in range(3):
        clock.advance(11)
        with pytest.raises(Killed):
            exporter_of(die).work()
    clock.advance(11)
    exporter_of().work()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert "ended 3 times" in export.error


def test_archives_whose_time_is_over_or_that_belong_to_nobody_are_removed(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, clock: FakeClock
) -> None:
    record(volume, 1, seconds=2)
    export = ask((1, 0, 2))
    exporter_of().work()
    (folder / "777.part").write_bytes(b"left by one that was killed")
    remove_expired(folder, clock.wall_ms())
    assert [path.name for path in folder.iterdir()] == [f"{export.pk}.zip"]
    remove_expired(folder, clock.wall_ms() + 7 * 86_400_000 + 1)
    assert not Export.objects.exists()


def test_burnt_in_pictures_tell_the_time(volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path) -> None:
    record(volume, 1, seconds=4)
    export = ask((1, 0, 4), burn_in=True)
    exporter_of().work()
    found = manifest_of(folder / f"{made(export).pk}.zip")
    assert not found["files"][0]["as_recorded"]
    with zipfile.ZipFile(folder / f"{export.pk}.zip") as archive, archive.open(archive.namelist()[0]) as file:
        drawn = decode_file(file.read())
    plain = footage(4).pictures
    assert len(drawn) == len(plain) == 40
    for before, after in zip(plain, drawn, strict=True):
        assert abs(before[8:70].astype(int) - after[8:70]).mean() < 4  # the picture is the picture
        assert after[-12:].max() > 200 and after[-12:, :60].mean() < 120  # and below it stands white on black
    assert abs(drawn[0][-12:].astype(int) - drawn[9][-12:]).max() > 60  # another tenth of a second reads differently


def test_the_label_is_of_the_site_s_time() -> None:
    from zoneinfo import ZoneInfo

    from core.exports.burning import Label

    label = Label("Gate\n", lambda media: 1_780_000_000_000 + media, ZoneInfo("Europe/Zurich"))
    assert label.text(1500) == "Gate?  2026-05-28 22:26:41.5 CEST"


def test_memory_does_not_grow_with_the_recordings(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = footage(20)
    large.units = [replace(unit, data=os.urandom(200_000)) for unit in large.units]
    monkeypatch.setattr(recorded, "footage", lambda seconds, start_ms: large)
    record(volume, 1, seconds=20, segment_ms=5000)
    export = ask((1, 0, 20))
    exporter = exporter_of()
    tracemalloc.start()
    exporter.work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made(export).size > 40_000_000
    assert peak < 8_000_000


def test_a_full_disk_fails_the_export_and_leaves_nothing(
    volume: OpenVolume, ask: Ask, exporter_of: Make, small_disk: Path
) -> None:
    record(volume, 1, seconds=2)
    export = ask((1, 0, 2))
    exporter_of(folder=small_disk / "exports").work()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert "make room there, delete old exports or export less" in export.error
    assert list((small_disk / "exports").iterdir()) == []


def test_a_stop_hands_the_export_back_at_once(volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path) -> None:
    record(volume, 1, seconds=4)
    export = ask((1, 0, 4))
    stop = threading.Event()

    def beat() -> None:
        if _under_way(folder):
            stop.set()

    exporter_of(beat, stop).work()
    export.refresh_from_db()
    assert (export.state, export.attempts) == (State.QUEUED, 0)
    assert list(folder.iterdir()) == []
    assert exporter_of().work()
    made(export)


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_burning_in_keeps_sound_and_order(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = together(video(codec, frames=60, fps=20, gop=20, b_frames=2), audio(seconds=3))
    monkeypatch.setattr(recorded, "footage", lambda seconds, start_ms: both)
    record(volume, 1, segment_ms=2000)
    export = ask((1, 0, 4), burn_in=True)
    exporter_of().work()
    row = made(export).files[0]
    data = (folder / f"{export.pk}.zip").read_bytes()[row["offset"] :][: row["size"]]
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert frames == sorted(frames) and len(frames) == 60
    with av.open(io.BytesIO(data)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert abs(heard - 3 * 16_000) < 4 * 1024


def test_a_long_range_becomes_several_files(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.exports import footage as planning

    monkeypatch.setattr(planning, "FILE_MS", 2000)
    record(volume, 1, seconds=6, segment_ms=2000)
    export = ask((1, 0, 6))
    exporter_of().work()
    assert len(made(export).files) == 3
    with zipfile.ZipFile(folder / f"{export.pk}.zip") as archive:
        for name in archive.namelist()[:3]:
            with archive.open(name) as file, av.open(file) as container:
                assert sum(1 for _ in container.decode(video=0)) == 20


def _under_way(folder: Path) -> bool:
    """Whether some of the archive is written."""
    return any(path.stat().st_size for path in folder.glob("*.part"))


def _file_of(root: Path, number: int) -> Path:
    segment = list(segments(1, START_MS, START_MS + 6000, Stream.MAIN))[number]
    return next(root.rglob(segment.place.key.rsplit("/", 1)[1]))
