"""The cameras' states at a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.apps import apps

from core.api.services import add_camera, close_event, record_event
from core.testing.clock import FakeClock
from plugins.mqtt.bridge import HOLD_MS, Bridge
from plugins.mqtt.broker import BrokerError, connected
from plugins.mqtt.settings import BrokerSettings
from plugins.mqtt.tests.conftest import Start
from plugins.mqtt.tests.listener import Listener

NOW = 1_767_225_600_000
Begin = Callable[[BrokerSettings], Bridge]


@pytest.fixture
def begin(fake_clock: FakeClock) -> Iterator[Begin]:
    with ExitStack() as stack:

        def start(settings: BrokerSettings) -> Bridge:
            client = stack.enter_context(connected(settings, will=f"{settings.base_topic}/status"))
            bridge = Bridge(client, settings, fake_clock)
            bridge.begin()
            return bridge

        yield start


@pytest.fixture
def camera(db: None) -> int:
    return int(add_camera("Haustür", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk)


def test_what_lasts_is_on_until_it_ends(start: Start, begin: Begin, camera: int) -> None:
    broker = start()
    with Listener(broker) as listener:
        record_event("camera.offline", camera, NOW)
        bridge = begin(broker)
        assert listener.wait_for("eyrie/status") == b"online"
        assert listener.wait_for(f"eyrie/camera/{camera}/online") == b"OFF"
        assert listener.wait_for(f"eyrie/camera/{camera}/motion") == b"OFF"
        record_event("camera.online", camera, NOW + 1)
        event = record_event("external.event", camera, NOW + 2, attributes={"title": "Bell"})
        bridge.look()
        assert listener.wait_for(f"eyrie/camera/{camera}/online", b"ON")
        assert listener.wait_for(f"eyrie/camera/{camera}/external") == b"ON"
        told = json.loads(listener.wait_for("eyrie/events"))
        assert (told["id"], told["type"], told["camera"]) == (event.id, "external.event", "Haustür")
        assert told["attributes"]["title"] == "Bell"
        bridge.look()
        close_event(event.id, NOW + 5000)
        bridge.look()
        assert listener.wait_for(f"eyrie/camera/{camera}/external", b"OFF")
        count = len(listener.messages)
        bridge.look()
        assert listener.count("eyrie/events") == 2
        assert len(listener.messages) == count + 1  # the mark alone: nothing is said twice


def test_a_moment_counts_for_a_while(start: Start, begin: Begin, camera: int, fake_clock: FakeClock) -> None:
    broker = start()
    with Listener(broker) as listener:
        bridge = begin(broker)
        assert listener.wait_for(f"eyrie/camera/{camera}/online") == b"ON"  # of no trouble is known
        record_event("external.event", camera, NOW, NOW)
        bridge.look()
        assert listener.wait_for(f"eyrie/camera/{camera}/external") == b"ON"
        fake_clock.advance(HOLD_MS / 1000)
        bridge.look()
        assert listener.wait_for(f"eyrie/camera/{camera}/external", b"OFF")


def test_home_assistant_is_told_of_each_camera(start: Start, begin: Begin, camera: int) -> None:
    broker = start().model_copy(update={"discovery": True, "base_topic": "house/eyrie"})
    place = f"homeassistant/binary_sensor/house_eyrie_{camera}"
    with Listener(broker) as listener:
        bridge = begin(broker)
        config = json.loads(listener.wait_for(f"{place}_motion/config"))
        assert config == {
            "name": "Motion",
            "unique_id": f"house_eyrie_{camera}_motion",
            "state_topic": f"house/eyrie/camera/{camera}/motion",
            "availability_topic": "house/eyrie/status",
            "device_class": "motion",
            "device": {"identifiers": [f"house_eyrie_{camera}"], "name": "Haustür", "manufacturer": "Eyrie"},
        }
        assert json.loads(listener.wait_for(f"{place}_online/config"))["device_class"] == "connectivity"
        apps.get_model("cameras", "Camera").objects.all().delete()
        bridge.look()
        assert listener.wait_for(f"{place}_motion/config", b"") == b""
        assert listener.wait_for(f"{place}_online/config", b"") == b""
    with Listener(broker) as later:
        assert later.count(f"{place}_motion/config") == 0


def test_the_broker_says_when_we_are_gone(start: Start, camera: int, fake_clock: FakeClock) -> None:
    broker = start()
    with Listener(broker) as listener, connected(broker, will="eyrie/status") as client:
        Bridge(client, broker, fake_clock).begin()
        listener.wait_for("eyrie/status", b"online")
        client.socket().shutdown(2)  # as when the machine goes down
        assert listener.wait_for("eyrie/status", b"offline")


def test_leaving_says_so(start: Start, begin: Begin, camera: int) -> None:
    broker = start()
    with Listener(broker) as listener:
        begin(broker).leave()
        assert listener.wait_for("eyrie/status", b"offline")


def test_a_broker_that_hangs_up_is_noticed(
    start: Start, camera: int, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.mqtt.bridge.SECONDS", 1.0)
    broker = start()
    with connected(broker) as client:
        bridge = Bridge(client, broker, fake_clock)
        bridge.begin()
        client.socket().shutdown(2)
        record_event("external.event", camera, NOW, NOW)
        with pytest.raises(BrokerError):
            bridge.look()
