"""Who has the floor."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.system.models import AuditRow
from core.talk import floor
from core.talk.floor import Busy, Speaker
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db
ANNA, BERT = Speaker("anna"), Speaker("bert")
CHIEF = Speaker("chief", first=True)
GONG = Speaker("anna", "Gong")


@pytest.fixture
def camera() -> int:
    return Camera.objects.create(name="gate", driver="none").pk


def test_one_at_a_time(camera: int) -> None:
    clock = FakeClock()
    token = floor.take(camera, ANNA, clock=clock)
    assert floor.holder(camera, clock=clock) == "anna"
    with pytest.raises(Busy, match="anna is talking"):
        floor.take(camera, BERT, interrupt=True, clock=clock)
    floor.leave(camera, token, clock=clock)
    assert floor.holder(camera, clock=clock) == ""
    floor.take(camera, BERT, clock=clock)


def test_who_is_first_interrupts_and_only_when_they_mean_to(camera: int) -> None:
    clock = FakeClock()
    token = floor.take(camera, ANNA, clock=clock)
    with pytest.raises(Busy):
        floor.take(camera, CHIEF, clock=clock)
    floor.take(camera, CHIEF, interrupt=True, clock=clock)
    assert floor.keep(camera, token, clock=clock) == "chief"
    floor.leave(camera, token, clock=clock)
    assert floor.holder(camera, clock=clock) == "chief", "who has lost it has nothing to give back"
    with pytest.raises(Busy):
        floor.take(camera, Speaker("other chief", first=True), interrupt=True, clock=clock)


def test_a_voice_interrupts_an_announcement_and_not_the_other_way_round(camera: int) -> None:
    clock = FakeClock()
    floor.take(camera, GONG, clock=clock)
    with pytest.raises(Busy, match="Gong is being played"):
        floor.take(camera, ANNA, clock=clock)
    floor.take(camera, ANNA, interrupt=True, clock=clock)
    with pytest.raises(Busy):
        floor.take(camera, Speaker("rule", "Gong", first=True), interrupt=True, clock=clock)


def test_one_who_died_has_no_floor(camera: int) -> None:
    clock = FakeClock()
    floor.take(camera, ANNA, clock=clock)
    clock.advance(3)
    begun = clock.wall_ms() - 3000
    clock.advance(floor.SILENT_MS / 1000)
    assert floor.holder(camera, clock=clock) == ""
    floor.take(camera, BERT, clock=clock)
    first = StoredEvent.objects.filter(type="camera.talked").order_by("id").first()
    assert first is not None
    assert first.end_ms == begun, "it is over since the last sign of life"


def test_what_is_told_of_it(camera: int) -> None:
    clock = FakeClock()
    token = floor.take(camera, Speaker("anna", "Gong", address="10.0.0.9"), clock=clock)
    start = clock.wall_ms()
    clock.advance(2.5)
    floor.leave(camera, token, clock=clock)
    event = StoredEvent.objects.get(type="camera.talked")
    assert (event.camera_id, event.start_ms, event.end_ms) == (camera, start, start + 2500)
    assert event.attributes == {"by": "anna", "announcement": "Gong"}
    row = AuditRow.objects.get(action="camera.talk")
    assert (row.actor, row.target, row.address) == ("anna", f"camera:{camera}", "10.0.0.9")
