"""From an event to what stands at the other end, through a running Eyrie: a mail with its picture, a message at the
broker, a signed call, a bookmark, a picture with the event, another mode. Settings are saved as people save them, over
REST, and tried against the real servers first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from core.testing.receiver import Receiver
from plugins.email.tests.conftest import start as mail_server
from plugins.mqtt.tests.conftest import start as broker_at
from plugins.mqtt.tests.listener import Listener
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

__all__ = ["broker_at", "mail_server"]
pytestmark = pytest.mark.timeout(240)
PLUGINS = "local_disk,rtsp,webhook,email,mqtt,bookmark,snapshot,arm"
KEY = "a key both sides know"


@pytest.fixture
def system(new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]) -> tuple[RunningSystem, int]:
    park = simulator(SimulatedCamera("door"))
    system = new_system(EYRIE_PLUGINS=PLUGINS).start()
    camera = system.add_camera("Haustür", park.url("door"))
    system.wait_recording(camera)
    return system, camera


def settings(system: RunningSystem, plugin: str, **values: Any) -> int:
    return system.api.put(f"plugins/{plugin}/settings/", json={"values": values}).status_code


def test_everything_a_rule_does_arrives(system: tuple[RunningSystem, int], mail_server: Any, broker_at: Any) -> None:
    eyrie, camera = system
    box, mail = mail_server("starttls", signed_in=True)
    broker = broker_at(signed_in=True)
    mail_values = mail.model_dump() | {"password": mail.password.get_secret_value()}
    broker_values = broker.model_dump() | {"password": broker.password.get_secret_value()}
    assert settings(eyrie, "email", **mail_values | {"password": "wrong"}) == 400
    assert settings(eyrie, "email", **mail_values) == 200
    assert settings(eyrie, "mqtt", **broker_values) == 200
    assert settings(eyrie, "webhook", networks=["127.0.0.1"]) == 200
    with Receiver() as receiver, Listener(broker) as listener:
        listener.wait_for("eyrie/status", b"online", seconds=60)  # the plugin's own process has heard of the broker
        assert listener.wait_for(f"eyrie/camera/{camera}/online") == b"ON"
        actions = [
            {"name": "webhook", "settings": {"url": receiver.url + "hook", "secret": KEY}},
            {"name": "snapshot", "settings": {}},
            {"name": "email", "settings": {"to": ["guard@example.org"], "subject": "{{ event.attributes.title }}"}},
            {"name": "mqtt", "settings": {"topic": "house/door", "payload": "{{ camera }}"}},
            {"name": "bookmark", "settings": {"text": "{{ event.attributes.title }}", "lock_days": 1}},
            {"name": "arm", "settings": {"mode": "away"}},
        ]
        rule = {"name": "Bell", "definition": {"types": ["external.event"], "actions": actions}}
        made = eyrie.api.post("rules/", json=rule)
        assert made.status_code == 201, made.text
        assert KEY not in made.text
        event = {
            "key": "bell-1",
            "type": "external.event",
            "camera": camera,
            "start": rfc3339(now_ms() - 1000),
            "end": rfc3339(now_ms()),
            "attributes": {"title": "Es läutet"},
        }
        answer = eyrie.api.post("events/", json=event)
        assert answer.is_success, answer.text
        eventually(lambda: states(eyrie) == ["done"] * len(actions), 60, f"all delivered; {said(eyrie)}", 0.3)

        [call] = receiver.received
        check_signature(call.headers, call.body)
        told = json.loads(call.body)
        assert (told["camera"], told["event"]["attributes"]["title"]) == ("Haustür", "Es läutet")
        assert told["link"].endswith(f"/events/{told['event']['id']}/")
        assert listener.wait_for("house/door") == "Haustür".encode()
        eventually(lambda: "Es läutet" in titles(listener), 60, f"the event at the broker; {titles(listener)}", 0.3)
        [(recipients, received)] = box.mails
        assert (recipients, received["Subject"]) == (["guard@example.org"], "Es läutet")
        [picture] = received.iter_attachments()
        assert picture.get_content().startswith(b"\xff\xd8")
        assert len(list(eyrie.data.glob(f"event-pictures/*/{told['event']['id']}.jpg"))) == 1
        [bookmark] = eyrie.api.get("bookmarks/").json()["results"]
        assert (bookmark["camera"], bookmark["text"], bookmark["author"]) == (camera, "Es läutet", "")
        assert eyrie.api.get("arming/").json()["mode"] == "away"


def titles(listener: Listener) -> list[str]:
    """Of the events that were told, in order."""
    told = [json.loads(payload) for topic, payload, _ in list(listener.messages) if topic == "eyrie/events"]
    return [one["attributes"].get("title", one["type"]) for one in told]


def states(system: RunningSystem) -> list[str]:
    return [one["state"] for one in system.api.get("deliveries/").json()["results"]]


def said(system: RunningSystem) -> str:
    return f"see GET deliveries/ and {system.log}"


def check_signature(headers: Any, body: bytes) -> None:
    """As the receiver of a Standard Webhooks call does."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
