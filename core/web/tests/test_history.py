"""The last hour in numbers: averages, differences, gaps, and bounded memory."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.recorder.protocol import CameraState, CameraStatus
from core.testing.clock import FakeClock
from core.web import history as module
from core.web.history import BUCKETS, STEP, History, Ring


def told(camera: int, fps: float, drops: int = 0, state: CameraState = CameraState.STREAMING) -> CameraStatus:
    return CameraStatus(camera, state, 0, streams={"main": {"fps": fps, "bitrate": fps * 1000, "drops": drops}})


@pytest.fixture
def kept(fake_clock: FakeClock) -> History:
    return History(fake_clock)


def end(history: History, clock: FakeClock, processes=(), volumes=None) -> None:
    clock.advance(STEP)
    history.end_bucket(processes, volumes or {})


def fps(history: History, seconds: int = 60) -> list[float | None]:
    return history.read("camera", ["fps"], seconds)["rows"][0][1]["fps"]


def test_a_bucket_is_the_average_of_what_was_told(kept: History, fake_clock: FakeClock) -> None:
    for value in (20, 30, 25):
        kept.camera(told(1, value))
    end(kept, fake_clock)
    kept.camera(told(1, 0, state=CameraState.STALLED))  # no pictures is no zero
    end(kept, fake_clock)
    kept.camera(told(1, 10))
    end(kept, fake_clock)
    assert fps(kept, 40) == [None, 25, None, 10]


def test_drops_are_differences_and_survive_a_recorder_that_begins_anew(kept: History, fake_clock: FakeClock) -> None:
    for drops in (100, 103, 103):
        kept.camera(told(1, 25, drops))
    end(kept, fake_clock)
    kept.camera(told(1, 25, 2))
    end(kept, fake_clock)
    assert kept.read("camera", ["drops"], 20)["rows"][0][1]["drops"] == [3, 2]
    assert kept.read("camera", ["drops"], 60, coarse=6)["rows"][0][1]["drops"] == [5]


def test_a_process_uses_what_it_spent_since_and_not_before_it_was_born(kept: History, fake_clock: FakeClock) -> None:
    for pid, spent in ((7, 1.0), (7, 6.0), (8, 0.5), (8, 1.5)):
        end(kept, fake_clock, [{"name": "web", "pid": pid, "cpu_seconds": spent, "memory": 1000}])
    row = kept.read("process", ["cpu", "memory"], 40)["rows"][0]
    assert row[0] == ("process", "web")
    assert row[1]["cpu"] == pytest.approx([None, 0.5, None, 0.1])
    assert row[1]["memory"] == [1000] * 4


def test_volumes_of_several_recorders_are_one(kept: History, fake_clock: FakeClock) -> None:
    end(kept, fake_clock, volumes={0: [{"name": "a", "written": 100, "busy": 1.0}]})
    end(
        kept,
        fake_clock,
        volumes={0: [{"name": "a", "written": 300, "busy": 2.0}], 1: [{"name": "a", "written": 7, "busy": 0.0}]},
    )
    end(
        kept,
        fake_clock,
        volumes={0: [{"name": "a", "written": 50, "busy": 0.5}], 1: [{"name": "a", "written": 57, "busy": 0.0}]},
    )
    row = kept.read("volume", ["written", "busy"], 30)["rows"][0][1]
    assert row["written"] == pytest.approx([None, 20, 10])
    assert row["busy"] == pytest.approx([None, 0.1, 0.05])


def test_an_hour_is_kept_and_what_is_silent_for_one_is_forgotten(kept: History, fake_clock: FakeClock) -> None:
    kept.camera(told(1, 25))
    end(kept, fake_clock)
    for _ in range(BUCKETS - 1):
        kept.camera(told(2, 25))
        end(kept, fake_clock)
    assert len(kept.read("camera", ["fps"], 3600)["rows"]) == 2
    kept.camera(told(2, 25))
    end(kept, fake_clock)
    rows = kept.read("camera", ["fps"], 3600)["rows"]
    assert [row[0] for row in rows] == [("camera", "2", "main")]
    assert rows[0][1]["fps"] == [25] * BUCKETS


def test_a_ring_forgets_what_it_was_not_told() -> None:
    ring = Ring()
    ring.put(1000, 5)
    ring.put(1000 + BUCKETS + 3, 6)
    ring.put(1000, 7)  # the past stays as it was
    assert ring.read(1000 + BUCKETS, 5) == [None, None, None, 6, None]


def test_the_hour_over_rest(db, person, client_of, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = History(fake_clock)
    monkeypatch.setattr("core.web.rest.history.history", lambda: kept)
    mine, other = (Camera.objects.create(name=name, driver="none") for name in ("a", "b"))
    for camera in (mine, other):
        kept.camera(told(camera.pk, 25))
    end(kept, fake_clock, [{"name": "web", "pid": 1, "cpu_seconds": 1.0, "memory": 5}])
    viewer = client_of(person("vera", "viewer", mine.pk))
    assert viewer.get("/api/v1/system/history/").status_code == 403
    assert viewer.get(f"/api/v1/cameras/{other.pk}/history/").status_code == 404
    found = viewer.get(f"/api/v1/cameras/{mine.pk}/history/").json()
    assert (found["step_ms"], len(found["streams"]), len(found["streams"][0]["fps"])) == (10_000, 1, 360)
    assert found["streams"][0]["fps"][-1] == 25
    whole = client_of(person("ada", "administrator")).get("/api/v1/system/history/").json()
    assert (whole["step_ms"], len(whole["cameras"]), len(whole["cameras"][0]["bitrate"])) == (60_000, 2, 60)
    assert whole["processes"][0]["memory"][-1] == 5


def test_a_large_site_stays_small() -> None:
    """64 cameras of two streams: what the docstring promises."""
    kept = module.History()
    for camera in range(64):
        streams = {name: {"fps": 25, "bitrate": 4_000_000, "drops": 0} for name in ("main", "sub")}
        kept.camera(CameraStatus(camera, CameraState.STREAMING, 0, streams=streams))
    kept.end_bucket([], {})
    assert sum(ring._values.itemsize * len(ring._values) for ring in kept._rings.values()) < 1_000_000
