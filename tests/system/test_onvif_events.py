"""Cameras' own events, from a simulated device over a pull point into the event store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from core.api import SystemClock
from core.api.services import add_camera
from core.cameras.models import Camera
from core.events.models import StoredEvent
from plugins.onvif.events import following, pullpoint
from plugins.onvif.events.worker import Listening
from plugins.onvif.models import HeardTopic, Subscription, TopicMapping
from plugins.simulator.testing import DeviceFace, onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
LONG = 30


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN_S", (0.2,))
    monkeypatch.setattr(pullpoint, "PULL_S", 2)
    monkeypatch.setattr(following, "PULL_S", 2)


@pytest.fixture
def listening() -> Iterator[Listening]:
    found = Listening(SystemClock())
    yield found
    found.stop()


def added(device: DeviceFace, name: str = "gate", channel: str = "") -> Camera:
    settings = {"address": device.address, "user": device.user, "password": device.password, "channel": channel}
    return add_camera(name, "onvif", settings, actor="test")


def until(listening: Listening, what: Callable[[], Any]) -> Any:
    ends = time.monotonic() + LONG
    while time.monotonic() < ends:
        listening.work(0.05)
        if found := what():
            return found
    raise AssertionError("it did not come about")


def kinds(**what: Any) -> list[str]:
    return list(StoredEvent.objects.filter(**what).order_by("id").values_list("type", flat=True))


def test_states_and_moments_become_events_and_the_pull_point_is_given_back(onvif_device, listening) -> None:
    device = onvif_device()
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1 and Subscription.objects.exists())
    device.tell("motion", False)
    device.tell("motion", True)
    until(listening, lambda: kinds(camera_id=camera.pk, end_ms=None) == ["motion.detected"])
    device.tell("motion", False)
    device.tell("line")
    device.set_input("1", True)
    until(listening, lambda: {"motion.detected", "analytics.line_crossed", "io.input"} <= set(kinds()))
    assert StoredEvent.objects.get(type="motion.detected").end_ms is not None
    assert StoredEvent.objects.get(type="io.input").attributes == {"name": "1", "source": "camera"}
    listening.stop()
    assert device.subscriptions() == 0
    assert not Subscription.objects.exists()


def test_what_nobody_knows_is_kept_and_can_be_mapped(onvif_device, listening) -> None:
    device = onvif_device()
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    device.tell("gust", 7.5)
    heard = until(listening, lambda: HeardTopic.objects.filter(camera_id=camera.pk, topic="Weather/Gust").first())
    assert (heard.known, heard.items["data"]) == (False, {"Strength": "7.5"})
    TopicMapping.objects.create(topic="Weather/Gust", type="onvif.event", attributes={"title": "A gust"})
    listening.look()
    device.tell("gust", 8.0)
    until(listening, lambda: kinds(camera_id=camera.pk) == ["onvif.event"])


@pytest.mark.one_database
@pytest.mark.parametrize("trouble", ["relative", "references", "addressing", "nat", "lying"])
def test_odd_subscriptions(onvif_device, listening, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pullpoint, "LEASE_S", 12)
    device = onvif_device()
    device.fault(trouble)
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    until(listening, lambda: ("tev", "Renew") in device.calls)
    device.tell("motion", False)
    device.tell("motion", True)
    until(listening, lambda: kinds(camera_id=camera.pk) == ["motion.detected"])
    assert device.subscriptions() == 1
    listening.stop()
    assert device.subscriptions() == 0


@pytest.mark.one_database
def test_a_device_that_was_away_is_listened_to_again(onvif_device, listening) -> None:
    device = onvif_device()
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    device.tell("motion", False)
    until(listening, lambda: HeardTopic.objects.exists())
    device.restart(away=0.5, port=int(device.address.rpartition(":")[2]))
    until(listening, lambda: device.subscriptions() == 1)
    device.tell("motion", False)
    device.tell("motion", True)
    until(listening, lambda: kinds(camera_id=camera.pk) == ["motion.detected"])


@pytest.mark.one_database
@pytest.mark.parametrize(("trouble", "said"), [("html", "web page"), ("gone", "no such service")])
def test_a_device_without_events_is_not_asked_on_and_on(onvif_device, listening, trouble: str, said: str) -> None:
    device = onvif_device()
    device.fault(trouble, only="tev")
    added(device)
    listening.look()
    until(listening, lambda: said in str(listening.troubles()))
    asked = threading.Event()
    asked.wait(3)
    listening.work(0.05)
    assert device.calls.count(("tev", "CreatePullPointSubscription")) <= 4


@pytest.mark.one_database
def test_a_storm_of_empty_answers_is_asked_for_slowly(onvif_device, listening) -> None:
    device = onvif_device()
    device.fault("storm")
    added(device)
    listening.look()
    until(listening, lambda: ("tev", "PullMessages") in device.calls)
    before = device.calls.count(("tev", "PullMessages"))
    threading.Event().wait(4)
    assert device.calls.count(("tev", "PullMessages")) - before <= 9


@pytest.mark.one_database
def test_a_device_that_answers_after_half_a_minute_is_told_of_and_left_quickly(onvif_device, listening) -> None:
    device = onvif_device()
    device.fault("slow", only="tev", seconds=30)
    added(device)
    listening.look()
    until(listening, lambda: "did not answer" in str(listening.troubles()))
    began = time.monotonic()
    listening.stop()
    assert time.monotonic() - began < 4


@pytest.mark.one_database
def test_all_places_taken_is_told_and_tried_again(onvif_device, listening) -> None:
    device = onvif_device()
    device.fault("full")
    added(device)
    listening.look()
    until(listening, lambda: listening.troubles())
    device.clear()
    until(listening, lambda: device.subscriptions() == 1 and not listening.troubles())


@pytest.mark.one_database
def test_empty_notifications_say_nothing(onvif_device, listening) -> None:
    device = onvif_device()
    device.fault("empty")
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    device.tell("motion", True)
    until(listening, lambda: device.calls.count(("tev", "PullMessages")) > 2)
    assert kinds(camera_id=camera.pk) == []
    device.clear()
    device.tell("motion", False)
    device.tell("motion", True)
    until(listening, lambda: kinds(camera_id=camera.pk) == ["motion.detected"])


def test_a_killed_process_leaves_no_pull_point_behind(onvif_device, listening) -> None:
    device = onvif_device()
    added(device)
    killed = Listening(SystemClock())
    killed.look()
    until(killed, lambda: Subscription.objects.exists())
    listening.look()  # as the next process does, while the first one never gave anything back
    until(listening, lambda: ("tev", "Unsubscribe") in device.calls)
    for one in killed._devices.values():
        one.follower._stopping.set()  # it is only pretended to be dead
    until(listening, lambda: device.subscriptions() == 1)


def test_channels_of_one_device_share_a_pull_point_and_get_their_own_events(onvif_device, listening) -> None:
    device = onvif_device(channels=2)
    first, second = (added(device, name, name) for name in ("gate1", "gate2"))
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    for name in ("gate1", "gate2"):
        device.tell("motion", False, name)
    device.tell("motion", True, "gate2")
    until(listening, lambda: kinds() == ["motion.detected"])
    assert kinds(camera_id=second.pk) == ["motion.detected"]
    assert kinds(camera_id=first.pk) == []
    assert device.subscriptions() == 1


def test_a_camera_that_is_removed_or_switched_off_is_left(onvif_device, listening) -> None:
    device = onvif_device()
    camera = added(device)
    listening.look()
    until(listening, lambda: device.subscriptions() == 1)
    Camera.objects.filter(pk=camera.pk).update(enabled=False)
    listening.look()
    assert device.subscriptions() == 0
    connections.close_all()
