"""Which gaps are filled from what the cameras keep."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.edge.models import Fill
from core.edge.planning import BACK_MS, LONGEST_MS, SETTLE_MS, plan
from core.edge.tests.conftest import Keeper
from core.recording.models import Gap

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = 1_790_000_000_000
AGO = 600_000


def gap(camera: Camera, start_ms: int, end_ms: int | None, reason: str = "offline", stream: int = 0) -> None:
    Gap.objects.create(camera_id=camera.pk, stream=stream, start_ms=start_ms, end_ms=end_ms, reason=reason)


@pytest.fixture
def camera(keeper: Keeper) -> Camera:
    return Camera.objects.create(name="gate", driver="keeper")


def test_an_outage_is_asked_for_once(camera: Camera) -> None:
    gap(camera, NOW - AGO, NOW - AGO + 60_000)
    assert plan(NOW) == 1
    assert plan(NOW + 10_000) == 0
    job = Fill.objects.get()
    assert (job.camera_id, job.start_ms, job.end_ms, job.requester) == (camera.pk, NOW - AGO, NOW - AGO + 60_000, "")


def test_what_remains_of_it_is_not_asked_for_again(camera: Camera) -> None:
    gap(camera, NOW - AGO, NOW - AGO + 60_000)
    plan(NOW)
    Gap.objects.all().delete()
    gap(camera, NOW - AGO + 20_000, NOW - AGO + 30_000)
    assert plan(NOW) == 0


@pytest.mark.parametrize("reason", ["no_event", "not_scheduled", "disabled"])
def test_what_nobody_wanted_recorded_is_no_outage(camera: Camera, reason: str) -> None:
    gap(camera, NOW - AGO, NOW - AGO + 60_000, reason)
    assert plan(NOW) == 0


@pytest.mark.parametrize("reason", ["offline", "stalled", "auth", "recorder_down", "disk_full", "storage_slow"])
def test_whatever_the_trouble_was(camera: Camera, reason: str) -> None:
    gap(camera, NOW - AGO, NOW - AGO + 60_000, reason)
    assert plan(NOW) == 1


def test_what_lasts_is_settling_short_or_long_ago(camera: Camera) -> None:
    gap(camera, NOW - AGO, None)
    gap(camera, NOW - 60_000, NOW - SETTLE_MS + 1)
    gap(camera, NOW - AGO, NOW - AGO + 1_500)
    gap(camera, NOW - BACK_MS - AGO, NOW - BACK_MS - 1)
    gap(camera, NOW - AGO, NOW - AGO + 60_000, stream=1)
    assert plan(NOW) == 0


def test_cameras_that_keep_nothing_or_are_off(camera: Camera) -> None:
    gap(camera, NOW - AGO, NOW - AGO + 60_000)
    Camera.objects.update(settings={"empty": True})
    assert plan(NOW) == 0
    Camera.objects.update(settings={}, enabled=False)
    assert plan(NOW) == 0
    Camera.objects.update(driver="no such driver", enabled=True)
    assert plan(NOW) == 0


def test_a_long_one_is_taken_in_turns(camera: Camera) -> None:
    gap(camera, NOW - 3 * LONGEST_MS, NOW - LONGEST_MS + 5_000)
    assert plan(NOW) == 3
    spans = [(job.start_ms, job.end_ms) for job in Fill.objects.order_by("start_ms")]
    assert spans[0] == (NOW - 3 * LONGEST_MS, NOW - 2 * LONGEST_MS)
    assert spans[-1] == (NOW - LONGEST_MS, NOW - LONGEST_MS + 5_000)
    assert plan(NOW) == 0
