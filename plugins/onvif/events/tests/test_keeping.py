"""States begin and end events, moments are events, and what was so before we listened is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from plugins.onvif.events import keeping
from plugins.onvif.events.keeping import SETTLE_MS, Keeper
from plugins.onvif.events.meanings import Reading
from plugins.onvif.models import Standing

pytestmark = [pytest.mark.django_db]
MOTION = "motion.detected"


class Hands:
    """A clock that is set by hand."""

    now_ms = 1_780_000_000_000

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic(self) -> float:
        return self.now_ms / 1000


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def camera(db: None) -> int:
    from core.api.services import add_camera

    return int(add_camera("gate", "onvif", {"address": "127.0.0.1:1"}, actor="test").pk)


def events() -> list[tuple[str, int, int | None]]:
    stored = apps.get_model("events", "StoredEvent")
    return list(stored.objects.order_by("id").values_list("type", "start_ms", "end_ms"))


def motion(on: bool | None, about: str = "a") -> Reading:
    return Reading(MOTION, about, on, {"source": "camera"})


def test_a_state_begins_and_ends_an_event(camera: int, clock: Hands) -> None:
    keeper, start = Keeper(camera, clock), clock.now_ms
    for on, after in ((True, 100), (True, 100), (False, 100), (False, 100)):
        keeper.hear(motion(on), "Changed")
        clock.now_ms += after
    assert events() == [(MOTION, start, start + 200)]


def test_what_was_so_before_is_no_news_and_what_changed_meanwhile_is(camera: int, clock: Hands) -> None:
    keeper = Keeper(camera, clock)
    keeper.hear(motion(True), "Initialized")
    assert events() == []
    keeper.hear(motion(False), "Changed")
    keeper.hear(motion(True), "Initialized")
    assert len(events()) == 1, "it has changed while nobody listened"
    keeper.hear(motion(True), "Deleted")
    assert events()[0][2] is not None


def test_the_next_process_goes_on_with_what_lasts(camera: int, clock: Hands) -> None:
    Keeper(camera, clock).hear(motion(True), "Changed")
    again = Keeper(camera, clock)
    again.connected()
    again.hear(motion(True), "Initialized")
    clock.now_ms += SETTLE_MS
    again.settle()
    assert [end for _, _, end in events()] == [None]
    again.hear(motion(False), "Changed")
    assert [end for _, _, end in events()] == [clock.now_ms]


def test_what_is_not_told_again_goes_on_no_longer(camera: int, clock: Hands) -> None:
    keeper = Keeper(camera, clock)
    keeper.hear(motion(True), "Changed")
    keeper.connected()
    clock.now_ms += SETTLE_MS
    keeper.settle()
    assert [end for _, _, end in events()] == [clock.now_ms]


def test_nothing_goes_on_at_a_device_that_is_away(camera: int, clock: Hands) -> None:
    keeper = Keeper(camera, clock)
    keeper.hear(motion(True), "Changed")
    keeper.lost()
    assert [end for _, _, end in events()] == [clock.now_ms]
    keeper.hear(motion(True), "Initialized")
    assert len(events()) == 2, "it moves again, or still: told anew"


def test_moments(camera: int, clock: Hands) -> None:
    keeper, line = Keeper(camera, clock), Reading("analytics.line_crossed", "l", None, {"line": "Gate"})
    keeper.hear(line, "Initialized")
    keeper.hear(line, "Changed")
    keeper.hear(line, "Changed")
    clock.now_ms += 1000
    keeper.hear(line, "")
    assert len(events()) == 2
    assert all(start == end for _, start, end in events())


def test_states_are_bounded(camera: int, clock: Hands, monkeypatch: Any) -> None:
    monkeypatch.setattr(keeping, "MOST_STATES", 3)
    keeper = Keeper(camera, clock)
    for number in range(10):
        keeper.hear(motion(True, str(number)), "Changed")
    assert Standing.objects.count() == 3
    assert sum(end is None for _, _, end in events()) == 3
