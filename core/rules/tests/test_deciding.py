"""From stored events to queued actions: once each, in one transaction."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from pydantic import BaseModel, ConfigDict, Field

from core.cameras.models import Camera, CameraGroup, Holiday
from core.detection.services import set_detector
from core.events.models import StoredEvent
from core.events.services import caused_by_rule, record
from core.hookspecs.detectors import DetectorSpec, FrameRequest
from core.hookspecs.marks import hookimpl
from core.hookspecs.shapes import Zone
from core.rules import services
from core.rules.deciding import BATCH, Decider
from core.rules.definition import Definition
from core.rules.dry_run import dry_run
from core.rules.models import Delivery, Firing, LastFired, Rule
from core.rules.queries import fields_of_types
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db


def make(name: str = "one", **changes: object) -> Rule:
    actions = [{"name": "say", "settings": {"text": "hello"}}]
    return services.add_rule(name, {"types": ["test.reading"], "actions": actions} | changes, actor="jo")


def happen(clock: FakeClock, after_ms: int = 0, **attributes: object) -> int:
    return record("test.reading", None, clock.wall_ms() + after_ms, attributes=attributes).id


def test_an_event_fires_a_rule_once(mouth, fake_clock) -> None:
    make(condition={"field": "attributes.speed", "op": "gt", "value": 50})
    happen(fake_clock, speed=40)
    fast = happen(fake_clock, speed=60)
    decider = Decider(fake_clock)
    decided = decider.decide()
    assert (decided.events, decided.fired, decided.full) == (2, 1, False)
    assert decider.decide().events == 0
    firing = Firing.objects.get()
    assert (firing.event_id, firing.rule_name, firing.at_ms) == (fast, "one", fake_clock.wall_ms())
    delivery = Delivery.objects.get()
    assert (delivery.action, delivery.state, delivery.chain, len(delivery.key)) == ("say", "queued", 1, 32)


def test_a_rule_may_be_about_zones_of_chosen_cameras(mouth, fake_clock) -> None:
    door, yard = (Camera.objects.create(name=name, driver="none") for name in ("door", "yard"))
    rule = make(zones=["Ramp", "Gate"], cameras=[door.pk])
    for camera, attributes in (
        (door, {"zone": "ramp"}),
        (door, {"zones": ["Lawn", "Gate"]}),
        (door, {"zone": "Lawn"}),
        (door, {}),
        (yard, {"zone": "Ramp"}),
    ):
        record("test.reading", camera.pk, fake_clock.wall_ms(), attributes=attributes)
    assert Decider(fake_clock).decide().fired == 2
    assert [one.event.attributes["zone"] for one in Firing.objects.order_by("pk")] == ["ramp", ""]
    dry = dry_run(Definition.model_validate(rule.definition), 0, fake_clock.wall_ms() + 1)
    assert (dry.events, dry.fired) == (5, 2)
    assert fields_of_types(["test.reading"])["zones"] == ["Gate", "Lawn", "Ramp"]
    assert fields_of_types(["camera.online"])["zones"] is None


class LookerSettings(BaseModel):
    """Of a detector that is never opened."""

    model_config = ConfigDict(extra="forbid")

    zones: tuple[Zone, ...] = Field((), title="Zones", description="Where.")


@hookimpl
def register_detectors() -> list[DetectorSpec]:
    return [DetectorSpec("looker", "Looker", LookerSettings, lambda settings: FrameRequest(), lambda settings: None)]


def test_zones_that_are_drawn_are_offered_before_anything_happened_in_them(mouth, register_temporarily) -> None:
    register_temporarily(SimpleNamespace(__name__="looking", register_detectors=register_detectors), "looking")
    door = Camera.objects.create(name="door", driver="none")
    corners = [[0, 0], [1, 0], [1, 1]]
    drawn = [{"name": "Ramp", "points": corners}, {"name": "Tree", "points": corners, "kind": "exclude"}]
    set_detector(door.pk, "looker", {"zones": drawn}, actor="jo")
    assert fields_of_types(["test.reading"])["zones"] == ["Ramp"]


def test_a_crash_before_the_commit_loses_and_doubles_nothing(mouth, fake_clock, monkeypatch) -> None:
    make()
    happen(fake_clock)

    def crash(*arguments: object) -> None:
        raise DatabaseError("gone")

    decider = Decider(fake_clock)
    monkeypatch.setattr(decider, "_write_held_back", crash)
    with pytest.raises(DatabaseError):
        decider.decide()
    assert not Firing.objects.exists()
    monkeypatch.undo()
    assert decider.decide().fired == 1


def test_changed_rules_count_from_the_next_event_on(mouth, fake_clock) -> None:
    decider, rule = Decider(fake_clock), make()
    happen(fake_clock)
    assert decider.decide().fired == 1
    services.change_rule(rule, {"enabled": False}, actor="jo")
    happen(fake_clock)
    assert decider.decide().fired == 0
    services.change_rule(rule, {"enabled": True}, actor="jo")
    happen(fake_clock)
    assert decider.decide().fired == 1


def test_a_cool_down_outlives_the_process_and_says_what_it_held_back(mouth, fake_clock) -> None:
    make(cool_down_seconds=60)
    happen(fake_clock)
    assert Decider(fake_clock).decide().fired == 1
    for after in (1_000, 2_000):
        happen(fake_clock, after)
    assert Decider(fake_clock).decide().fired == 0
    assert Firing.objects.get().held_back == 2
    assert LastFired.objects.get().at_ms == fake_clock.wall_ms()
    happen(fake_clock, 60_000)
    assert Decider(fake_clock).decide().fired == 1


def test_what_fires_too_often_is_said_once(mouth, fake_clock) -> None:
    make(most_per_minute=2)
    decider = Decider(fake_clock)
    for _ in range(5):
        happen(fake_clock)
    assert decider.decide().fired == 2
    happen(fake_clock)
    decider.decide()
    told = StoredEvent.objects.get(type="rules.held_back")
    assert told.attributes == {"rule": "one", "reason": "throttled"}
    assert Firing.objects.order_by("-at_ms", "-id").first().held_back == 4


def test_a_circle_of_rules_ends_and_is_said(mouth, fake_clock) -> None:
    make()
    decider = Decider(fake_clock)
    happen(fake_clock)
    fired = 0
    for _ in range(10):
        fired += decider.decide().fired
        newest = Delivery.objects.order_by("-pk").first()
        with caused_by_rule(newest.chain):
            happen(fake_clock)
    assert fired == 4
    assert StoredEvent.objects.get(type="rules.held_back").attributes["reason"] == "circle"


def test_a_rule_that_cannot_be_read_stops_no_other(mouth, fake_clock) -> None:
    make("good")
    Rule.objects.create(name="bad", definition={"types": []}, created_ms=0)
    happen(fake_clock)
    assert Decider(fake_clock).decide().fired == 1


def test_many_events_are_decided_about_in_batches(mouth, fake_clock) -> None:
    make(cool_down_seconds=3600)
    now = fake_clock.wall_ms()
    StoredEvent.objects.bulk_create(
        StoredEvent(type="test.reading", start_ms=now, attributes={}, pending=True) for _ in range(BATCH + 3)
    )
    decider = Decider(fake_clock)
    assert decider.decide().full
    rest = decider.decide()
    assert (rest.events, rest.full) == (3, False)
    assert Firing.objects.get().held_back == BATCH + 2


def test_a_dry_run_says_when_it_would_have_fired_and_does_nothing(mouth, fake_clock) -> None:
    speeding = {"field": "attributes.speed", "op": "gt", "value": 50}
    actions = [{"name": "say", "settings": {}}]
    rule = Definition.model_validate(
        {
            "types": ["test.reading"],
            "condition": speeding,
            "cool_down_seconds": 60,
            "modes": ["away"],
            "actions": actions,
        }
    )
    ids = [happen(fake_clock, after * 40_000, speed=speed) for after, speed in enumerate((60, 70, 80, 40))]
    now = fake_clock.wall_ms()
    run = dry_run(rule, now, now + 3_600_000)
    assert (run.events, run.fired, run.held_back, run.complete) == (4, 2, 1, True)
    assert [event for event, _ in run.moments] == [ids[2], ids[0]]
    assert sum(run.by_day.values()) == 2
    assert not Firing.objects.exists()
    assert dry_run(rule, now - 10, now).events == 0


def test_groups_and_holidays_are_those_of_the_site(mouth, fake_clock) -> None:
    door, yard = (Camera.objects.create(name=name, driver="none") for name in ("door", "yard"))
    group = CameraGroup.objects.create(name="outside")
    group.cameras.set([yard])
    Holiday.objects.create(name="New Year", month=1, day=1)
    make(groups=[group.pk], hours=[{"days": [7]}])
    for camera in (door, yard):
        record("test.reading", camera.pk, fake_clock.wall_ms())
    assert Decider(fake_clock).decide().fired == 1
    assert Firing.objects.get().event.camera_id == yard.pk
    Holiday.objects.all().delete()
    record("test.reading", yard.pk, fake_clock.wall_ms())
    assert Decider(fake_clock).decide().fired == 0
