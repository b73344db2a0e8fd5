"""Fetching what cameras keep into the index."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from itertools import pairwise

import av
import pytest
from django.db import connections

from core.cameras.models import Camera
from core.edge.holes import holes
from core.edge.models import Fill
from core.edge.services import cancel_fill, request_fill
from core.edge.tests.conftest import Keeper
from core.edge.work import AGAIN_MS, do
from core.hookspecs.edge import EdgeStretch
from core.media.clock import SystemClock
from core.media.mp4.assemble import VirtualMp4
from core.media.rtsp.tests.clips import clip
from core.media.rtsp.tests.replaying import Card
from core.media.source import Fault, SourceError
from core.media.tests.footage import START_MS, Footage, video
from core.recording import queries
from core.recording.checking import Check
from core.recording.models import Gap, Segment, Stream
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.system.models import AuditRow
from core.tasks.jobs import State, claim
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
END_MS = START_MS + 60_000
WHOLE = [EdgeStretch("card", START_MS - 3_600_000, END_MS + 3_600_000)]


@pytest.fixture(scope="module")
def minute() -> Footage:
    """A minute of 10 pictures a second, a keyframe each second."""
    return video(frames=600, fps=10, gop=10)


@pytest.fixture
def camera(keeper: Keeper, minute: Footage) -> Camera:
    keeper.footage, keeper.stretches = minute, WHOLE
    return Camera.objects.create(name="gate", driver="keeper")


def claimed(camera: Camera, start_ms: int = START_MS, end_ms: int = END_MS, requester: str = "") -> Fill:
    Fill.objects.create(
        camera=camera, start_ms=start_ms, end_ms=end_ms, at_ms=start_ms, requester=requester, created_ms=START_MS
    )
    job = claim(Fill, "me", SystemClock().wall_ms())
    assert job is not None
    return job


def done(job: Fill, megabits: int = 1000) -> Fill:
    do(job, SystemClock(), megabits)
    job.refresh_from_db()
    return job


def spans(camera: Camera) -> list[tuple[int, int, bool]]:
    rows = Segment.objects.order_by("id")
    return [(row.start_ms, row.end_ms, row.edge) for row in rows if row.camera_id == camera.pk]


def gap(camera: Camera, start_ms: int, end_ms: int | None, reason: str = "offline") -> Gap:
    return Gap.objects.create(camera_id=camera.pk, start_ms=start_ms, end_ms=end_ms, reason=reason, detail="why")


def assert_sound(volume: OpenVolume, camera: Camera) -> None:
    """Index and files agree, nothing is unfinished, and nothing lies over something else."""
    assert volume.storage.unfinished() == []
    assert Check(volume).run().clean
    found = spans(camera)
    assert all(before[1] <= after[0] for before, after in pairwise(found)), found


def test_a_gap_between_two_recordings_is_filled(volume: OpenVolume, camera: Camera) -> None:
    record(volume, camera.pk, seconds=10)
    record(volume, camera.pk, seconds=10, start_ms=START_MS + 50_000)
    gap(camera, START_MS + 10_000, START_MS + 50_000)
    job = done(claimed(camera))
    assert (job.state, job.error) == (State.DONE, "")
    assert job.fetched_ms == 40_000
    assert job.bytes == sum(row.size for row in Segment.objects.filter(edge=True))
    assert [edge for _, _, edge in spans(camera)] == [False, True, True, False]
    assert holes(camera.pk, START_MS, END_MS) == []
    assert not Gap.objects.exists()
    assert_sound(volume, camera)
    [told] = queries.fetched([camera.pk], START_MS, END_MS)[camera.pk]
    assert (told.start_ms, told.end_ms) == (START_MS + 10_000, START_MS + 50_000)


def test_what_was_fetched_plays(volume: OpenVolume, camera: Camera, minute: Footage) -> None:
    record(volume, camera.pk, seconds=10)
    done(claimed(camera))
    pieces = queries.pieces(camera.pk, START_MS, END_MS)
    made = VirtualMp4(pieces)
    data = b"".join(made.chunks(0, made.size, lambda place, at, size: volume.storage.read(_key(place), at, size)))
    with av.open(io.BytesIO(data)) as file:
        assert sum(1 for _ in file.decode(video=0)) == len(minute.units)


def _key(place: queries.Place) -> str:
    assert place.key
    return place.key


def test_only_part_of_it_is_kept(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    gap(camera, START_MS, END_MS)
    keeper.stretches = [
        EdgeStretch("a", START_MS - 1000, START_MS + 10_000),
        EdgeStretch("b", START_MS + 30_000, START_MS + 40_000),
    ]
    job = done(claimed(camera))
    assert (job.state, job.fetched_ms) == (State.DONE, 20_000)
    assert [(row.start_ms, row.end_ms, row.reason, row.detail) for row in Gap.objects.order_by("start_ms")] == [
        (START_MS + 10_000, START_MS + 30_000, "offline", "why"),
        (START_MS + 40_000, END_MS, "offline", "why"),
    ]
    assert keeper.asked == [(START_MS, START_MS + 10_000), (START_MS + 30_000, START_MS + 40_000)]
    assert_sound(volume, camera)


def test_nothing_of_it_is_kept(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    gap(camera, START_MS, END_MS)
    keeper.stretches = []
    job = done(claimed(camera))
    assert (job.state, job.error, job.fetched_ms) == (State.DONE, "The camera keeps nothing of this time.", 0)
    assert Gap.objects.get().end_ms == END_MS


def test_what_is_missing_on_the_card_too_is_not_made_up(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    whole = keeper.footage
    assert whole is not None
    units = [unit for unit in whole.units if not 20_000 <= unit.wall_ms - START_MS < 25_000]
    keeper.footage = Footage(whole.info, units)
    done(claimed(camera))
    assert holes(camera.pk, START_MS, END_MS) == [(START_MS + 20_000, START_MS + 25_000)]
    assert_sound(volume, camera)


def test_a_camera_that_leaves_in_the_middle_is_asked_again_for_the_rest(
    volume: OpenVolume, camera: Camera, keeper: Keeper
) -> None:
    gap(camera, START_MS, END_MS)
    keeper.fail_after, keeper.error = 41, SourceError(Fault.CLOSED, "gate closed the connection.")
    before = SystemClock().wall_ms()
    job = done(claimed(camera))
    assert (job.state, job.error, job.tries) == (State.QUEUED, "gate closed the connection.", 1)
    assert job.due_ms >= before + AGAIN_MS[0]
    assert job.fetched_ms == 41_000, "what came was kept"
    assert claim(Fill, "me", before) is not None, "the claim itself does not look at due_ms"
    Fill.objects.update(state=State.RUNNING, owner="me")
    job.refresh_from_db()
    keeper.error = None
    job = done(job)
    assert (job.state, job.error) == (State.DONE, "")
    assert keeper.asked[1] == (START_MS + 41_000, END_MS)
    assert holes(camera.pk, START_MS, END_MS) == []
    assert job.fetched_ms == 60_000
    assert_sound(volume, camera)


def test_a_process_that_is_killed_loses_what_it_had_not_filed(
    volume: OpenVolume, camera: Camera, keeper: Keeper
) -> None:
    class Killed(BaseException):
        pass

    def kill(number: int) -> None:
        if number == 45:
            raise Killed

    keeper.seen = kill
    job = claimed(camera)
    with pytest.raises(Killed):
        done(job)
    # What it might have left: one segment in the making, with a torn end and no row.
    entries = record(volume, camera.pk, seconds=3, start_ms=START_MS + 50_000, index=False, commit=False)
    keeper.seen = lambda number: None
    Fill.objects.filter(pk=job.pk).update(state=State.RUNNING, owner="me", attempts=2)
    job.refresh_from_db()
    assert done(job).state == State.DONE
    assert any(start == entries[0].name.start_ms for start, _, _ in spans(camera)), "it was taken up"
    assert holes(camera.pk, START_MS, END_MS) == []
    assert_sound(volume, camera)


def test_who_asked_by_hand_is_told_at_once(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    keeper.fail_after, keeper.error = 0, SourceError(Fault.ADDRESS, "gate cannot be reached.")
    job = done(claimed(camera, requester="anna"))
    assert (job.state, job.error) == (State.FAILED, "gate cannot be reached.")


def test_one_that_comes_to_nothing_for_ever_is_given_up(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    keeper.fail_after, keeper.error = 0, SourceError(Fault.ADDRESS, "gate cannot be reached.")
    job = claimed(camera)
    job.tries = len(AGAIN_MS)
    assert done(job).state == State.FAILED


def test_a_camera_without_a_card(volume: OpenVolume, camera: Camera) -> None:
    Camera.objects.update(settings={"empty": True})
    job = done(claimed(camera))
    assert (job.state, job.error) == (State.FAILED, "gate keeps no recordings of its own, by its settings.")


def test_nobody_wants_it_any_more(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    job, clock = claimed(camera), FakeClock(SystemClock().wall_ms())

    def seen(number: int) -> None:
        clock.advance(2)
        if number == 45:
            elsewhere(cancel_fill, job)

    keeper.seen = seen
    do(job, clock, 1_000_000)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert len(spans(camera)) > 0, "what was fetched stays"
    assert holes(camera.pk, START_MS, END_MS) != []
    assert_sound(volume, camera)


def elsewhere(function: Callable[..., None], *arguments: object) -> None:
    """As another process would: the database is not used on a loop."""

    def call() -> None:
        try:
            function(*arguments)
        finally:
            connections.close_all()

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def test_no_faster_than_allowed(volume: OpenVolume, camera: Camera, keeper: Keeper) -> None:
    """1 Mbit/s: the footage's bytes at 125,000 a second, by the clock that the work goes by."""
    assert keeper.footage is not None
    size = sum(len(unit.data) for unit in keeper.footage.units)
    clock = SystemClock()
    began = clock.monotonic()
    do(claimed(camera), clock, 1)
    assert clock.monotonic() - began >= size / 125_000 * 0.8


def test_the_device_s_own_times(
    volume: OpenVolume, camera: Camera, keeper: Keeper, device: Callable[[Card], Card]
) -> None:
    card = keeper.card = device(Card(clip("libx264", "pcm_mulaw"), START_MS, breaks={30: 5_000}))
    keeper.stretches = [EdgeStretch("card", START_MS, START_MS + 5_000 + card.length_ms)]
    job = done(claimed(camera, START_MS, START_MS + 7_000))
    assert (job.state, job.error) == (State.DONE, "")
    found = spans(camera)
    assert [start for start, _, _ in found] == [START_MS, START_MS + 6_000]
    assert all(abs(end - start - 1000) <= 40 for start, end, _ in found), found
    stored = next(queries.segments(camera.pk, START_MS, START_MS + 1000, Stream.MAIN))
    assert [track.codec.value for track in stored.tracks] == ["h264", "flac"]
    assert_sound(volume, camera)


def test_asking_by_hand_is_written_down(camera: Camera) -> None:
    job = request_fill(camera.pk, START_MS, END_MS, "anna", address="10.0.0.9")
    assert (job.state, job.requester) == (State.QUEUED, "anna")
    assert AuditRow.objects.get(action="camera.fetch").target == f"camera:{camera.pk}"
    cancel_fill(job)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
