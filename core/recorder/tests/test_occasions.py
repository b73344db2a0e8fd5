"""What the database says about when to record: which events trigger, how long they do, how stretches join."""

from __future__ import annotations

from typing import Any

import pytest

from core.cameras.models import Camera
from core.cameras.queries import camera_configs
from core.events.models import StoredEvent
from core.recorder.occasions import AHEAD_MS, LASTING_MS, RECENT_MS, Occasions, occasions
from core.recording.schedule import Calendar
from core.recording.services import trigger
from core.system.site import change_site

pytestmark = pytest.mark.django_db(databases="__all__")

NOW = 1_790_000_000_000


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="gate", driver="none", recording="event", pre_roll=5, post_roll=10)


def event(camera: Camera, kind: str = "lpr.plate_read", start: int = 0, end: int | None = 0) -> None:
    StoredEvent.objects.create(
        type=kind, camera_id=camera.pk, start_ms=NOW + start, end_ms=None if end is None else NOW + end
    )


def found(camera: Camera, **changes: Any) -> list[tuple[int, int]]:
    """Starts and ends of what is to be recorded, ms after NOW."""
    Camera.objects.filter(pk=camera.pk).update(**changes)
    (config,) = camera_configs([camera.pk])
    return [(start - NOW, end - NOW) for start, end in occasions([config], NOW).stretches(config)]


def test_a_trigger_with_pre_roll_and_post_roll(camera: Camera) -> None:
    trigger(camera.pk, NOW - 1_000, NOW + 2_000, "test")
    assert found(camera) == [(-6_000, 12_000)]
    assert found(camera, recording="motion") == [(-6_000, 12_000)]
    assert found(camera, recording="continuous") == found(camera, recording="off") == []


def test_stretches_that_touch_are_one(camera: Camera) -> None:
    for start in (0, 15_000, 31_000):
        trigger(camera.pk, NOW + start, NOW + start + 1, f"test {start}")
    assert found(camera) == [(-5_000, 25_001), (26_000, 41_001)]


def test_which_events_trigger(camera: Camera) -> None:
    event(camera, "lpr.plate_read")
    event(camera, "motion.detected", 60_000, 60_000)
    event(camera, "camera.offline", 120_000, 120_000)
    lpr, motion, offline = ((at - 5_000, at + 10_000) for at in (0, 60_000, 120_000))
    assert found(camera) == [lpr, motion]
    assert found(camera, recording="motion") == [motion]
    assert found(camera, recording="event", record_on=["lpr.*"]) == [lpr]
    assert found(camera, record_on=["motion.detected", "camera.offline"]) == [motion, offline]


def test_an_event_that_lasts_triggers_until_it_ends_but_not_for_ever(camera: Camera) -> None:
    event(camera, start=-LASTING_MS + 1_000, end=None)
    assert found(camera)[0][1] == AHEAD_MS + 10_000
    StoredEvent.objects.update(start_ms=NOW - LASTING_MS - 1)
    assert found(camera) == []


def test_what_is_long_over_is_not_asked_for_again(camera: Camera) -> None:
    trigger(camera.pk, NOW - 90_000, NOW - RECENT_MS - 1, "old")
    event(camera, start=-90_000, end=-RECENT_MS - 1)
    assert found(camera) == []


def test_events_of_others_do_not_trigger(camera: Camera) -> None:
    event(Camera.objects.create(name="yard", driver="none"))
    assert found(camera) == []


def test_fixed_modes_cost_no_question(camera: Camera, django_assert_num_queries: Any) -> None:
    Camera.objects.update(recording="continuous")
    configs = camera_configs([camera.pk])
    with django_assert_num_queries(0):
        assert occasions(configs, NOW) == Occasions()


def test_the_calendar_is_the_sites(camera: Camera) -> None:
    change_site({"time_zone": "Asia/Kathmandu"}, actor="test")
    assert occasions(camera_configs([camera.pk]), NOW).calendar == Calendar("Asia/Kathmandu")
