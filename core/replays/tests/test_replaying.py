"""A detector over recordings: what it finds, what is kept, who may ask, and detectors that misbehave."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from core.analyser.seen import Episode
from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.hookspecs.detectors import Occurrence, TrackRequest
from core.media.clock import SystemClock
from core.recording.object_store import objects_between, store_objects
from core.recording.objects import SeenBox
from core.replays import keeping, runner
from core.replays.finds import MOST_FINDS, Finds
from core.replays.looking import tracks
from core.replays.models import Replay
from core.replays.runner import ReplayRunner
from core.replays.services import cancel_replay, forget_old, request_replay
from core.replays.work import do
from core.tasks.jobs import ATTEMPTS, State

pytestmark = pytest.mark.django_db(databases="__all__")
AT = 1_790_000_000_000
BOX = (0.1, 0.2, 0.3, 0.4)


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="gate", driver="none")


def seen(at_ms: int, track: str = "a", score: float = 0.5) -> SeenBox:
    return SeenBox(at_ms, "eyes", track, "person", score, BOX)


def episode(camera: Camera, start_ms: int, kind: str = "camera.online") -> Episode:
    return Episode(camera.pk, "eyes", Occurrence(kind), start_ms, start_ms)


def job(camera: Camera, **more: object) -> Replay:
    values = {"detector": "none such", "settings": {}, "start_ms": AT, "end_ms": AT + 1000, "created_ms": AT}
    return Replay.objects.create(camera=camera, requester="jo", **(values | more))


def test_an_object_is_one_find_shown_at_its_surest() -> None:
    finds = Finds()
    finds.boxes([seen(AT), seen(AT + 500, score=0.9), seen(AT + 1000), seen(AT + 500, "b")])
    first, _second = finds.json()
    assert (first["start_ms"], first["end_ms"], first["peak_ms"], first["label"]) == (AT, AT + 1000, AT + 500, "person")
    assert finds.count == 2


def test_finds_beyond_the_most_are_counted_only() -> None:
    finds = Finds()
    finds.boxes([seen(AT + number, str(number)) for number in range(MOST_FINDS + 5)])
    assert finds.count == MOST_FINDS + 5
    assert len(finds.json()) == MOST_FINDS


def test_what_is_there_already_is_not_kept_again(camera: Camera) -> None:
    boxes = [seen(AT), seen(AT + 2000)]
    assert keeping.keep_boxes(camera.pk, "eyes", boxes) == 2
    assert keeping.keep_boxes(camera.pk, "eyes", [*boxes, seen(AT + 4000)]) == 1
    assert len(list(objects_between(camera.pk, AT, AT + 10_000))) == 3

    over = [(episode(camera, AT), AT + 5000)]
    assert keeping.keep_events(over) == 1
    assert keeping.keep_events([(episode(camera, AT + 3000), AT + 4000)]) == 0
    assert keeping.keep_events([(episode(camera, AT + 9000), AT + 9500)]) == 1
    assert keeping.keep_events([(episode(camera, AT, "no.such"), AT)]) == 0
    stored = StoredEvent.objects.get(start_ms=AT)
    assert (stored.end_ms, stored.pending) == (AT + 5000, False), "rules learn nothing of what is long over"


def test_stored_objects_are_followed_again(camera: Camera) -> None:
    store_objects({camera.pk: [seen(AT), seen(AT + 500), seen(AT + 500, "b"), seen(AT + 9000, "b")]})
    first, second, third = list(tracks(camera.pk, TrackRequest(("person",)), AT, AT + 60_000))
    assert [(one.id, one.ended) for one in first.tracks] == [("a", False)]
    assert [len(one.points) for one in second.tracks] == [2, 1]
    assert {one.id: one.ended for one in third.tracks}["a"] is True
    assert not any(one.tracks for one in tracks(camera.pk, TrackRequest(("car",)), AT, AT + 60_000))


def test_a_job_of_a_detector_that_is_gone_fails_with_a_sentence(camera: Camera) -> None:
    one = job(camera, state=State.RUNNING, owner="me")
    do(one.pk, "somebody else")
    one.refresh_from_db()
    assert one.state == State.RUNNING
    do(one.pk, "me")
    one.refresh_from_db()
    assert one.state == State.FAILED
    assert "plugin" in one.error


def test_a_job_that_always_kills_its_process_is_given_up(camera: Camera) -> None:
    one = job(camera, state=State.RUNNING, owner="killed", beat_ms=1, attempts=ATTEMPTS)
    assert ReplayRunner(SystemClock()).work()
    one.refresh_from_db()
    assert one.state == State.FAILED
    assert str(ATTEMPTS) in one.error
    assert not ReplayRunner(SystemClock()).work()


@pytest.mark.parametrize(("ending", "told"), [("os.abort()", "SIGABRT"), ("sys.exit(3)", "exit code 3")])
def test_a_detector_that_takes_its_process_along_is_told_of(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, ending: str, told: str
) -> None:
    def started(_runner: ReplayRunner, _job: Replay) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", f"import os, sys; {ending}"])

    monkeypatch.setattr(ReplayRunner, "_started", started)
    one = job(camera)
    assert ReplayRunner(SystemClock()).work()
    one.refresh_from_db()
    assert one.state == State.FAILED
    assert told in one.error


def test_a_detector_that_hangs_is_ended(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def started(_runner: ReplayRunner, _job: Replay) -> subprocess.Popen[bytes]:
        processes.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
        return processes[0]

    monkeypatch.setattr(ReplayRunner, "_started", started)
    monkeypatch.setattr(runner, "SILENT_S", 0.3)
    one = job(camera)
    assert ReplayRunner(SystemClock()).work()
    one.refresh_from_db()
    assert (one.state, processes[0].poll()) == (State.FAILED, -signal.SIGKILL)
    assert "said nothing" in one.error


def test_the_claim_is_kept_while_a_look_takes_long(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = 1

    def started(_runner: ReplayRunner, claimed: Replay) -> subprocess.Popen[bytes]:
        Replay.objects.filter(pk=claimed.pk).update(beat_ms=long_ago)  # its process says nothing since then
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])

    monkeypatch.setattr(ReplayRunner, "_started", started)
    monkeypatch.setattr(runner, "WATCH_S", 0.05)
    one = job(camera)
    assert ReplayRunner(SystemClock()).work()
    one.refresh_from_db()
    assert one.beat_ms > long_ago


def test_a_waiting_job_is_cancelled_at_once_and_old_ones_are_forgotten(camera: Camera) -> None:
    one = job(camera)
    cancel_replay(one)
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    assert not ReplayRunner(SystemClock()).work()
    forget_old(SystemClock().wall_ms())
    assert Replay.objects.count() == 1
    Replay.objects.update(finished_ms=1)
    forget_old(SystemClock().wall_ms())
    assert not Replay.objects.exists()


def test_settings_that_do_not_fit_are_refused(camera: Camera) -> None:
    with pytest.raises(ValueError, match="none such"):
        request_replay(None, "jo", camera.pk, "none such", {}, AT, AT + 1000)
    assert not Replay.objects.exists()
