"""The cameras' states on retained topics, announced to Home Assistant: a process of its own, with one connection.

Below the topic of this system: `status` (online, or offline by the broker's own word when we are gone),
`camera/<id>/online` and `camera/<id>/<namespace>` (ON or OFF; namespace is that of the events, such as motion), and
`events` (each event as JSON, not retained).
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from core.api import Clock, Event, SystemClock, WorkerContext
from plugins.mqtt.action import broker_settings
from plugins.mqtt.broker import SECONDS, BrokerError, connected
from plugins.mqtt.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client

LOOK_S = 1.0
SETTINGS_EVERY = 10  # looks
AGAIN_S = 10.0
HOLD_MS = 5000
"""How long an event that is a moment counts as going on."""
OVERLAP = 50
"""Ids that are asked for again: a transaction that took longer brings its events later."""
HEALTH = ("camera.online", "camera.offline", "camera.stalled", "camera.auth_failed")
OWN = frozenset({"camera", "plugin", "storage", "system"})  # namespaces of what concerns Eyrie itself
CLASSES = {"online": "connectivity", "motion": "motion", "access": "door"}  # of Home Assistant's binary sensors
log = logging.getLogger("eyrie.mqtt")


def run(context: WorkerContext) -> None:
    """Publish until told to stop; a broker that is away is tried again."""
    away = ""
    while not context.stopping():
        settings = broker_settings()
        if not (settings.host and settings.states):
            context.wait(AGAIN_S)
            continue
        try:
            with connected(settings, will=f"{settings.base_topic}/status") as client:
                log.info("states are published at %s", settings.host)
                away = ""
                _follow(context, Bridge(client, settings, SystemClock()))
        except BrokerError as error:
            if str(error) != away:
                log.warning("states are not published: %s", error)
            away = str(error)
            context.wait(AGAIN_S)


def _follow(context: WorkerContext, bridge: Bridge) -> None:
    bridge.begin()
    looks = 0
    while not context.wait(LOOK_S):
        bridge.look()
        looks += 1
        if looks % SETTINGS_EVERY == 0 and broker_settings() != bridge.settings:
            break
    bridge.leave()


@dataclass(slots=True)
class _State:
    """Why a sensor is on: events that last, and until when one that was a moment counts."""

    lasting: set[int] = field(default_factory=set)
    until_ms: int = 0

    def on(self, now_ms: int) -> bool:
        """Whether it is on at this time."""
        return bool(self.lasting) or now_ms < self.until_ms


class Bridge:
    """What is published over one connection. Methods block on the database and raise BrokerError."""

    def __init__(self, client: Client, settings: BrokerSettings, clock: Clock) -> None:
        self.settings = settings
        self._client = client
        self._clock = clock
        self._last = 0
        self._seen: set[int] = set()
        self._names: dict[int, str] = {}
        self._states: dict[tuple[int, str], _State] = {}
        self._published: dict[str, str] = {}

    def begin(self) -> None:
        """Say that we are here, and what is known of each camera."""
        from core.api.services import camera_names, events_after, newest_event_id

        self._last = newest_event_id()
        self._seen = {event.id for event in events_after(self._last - OVERLAP)}
        self._publish(f"{self.settings.base_topic}/status", "online")
        self._meet(camera_names())
        self._tell()

    def look(self) -> None:
        """Publish what has happened since the last look."""
        from core.api.services import camera_names, ended_among, events_after

        names = camera_names()
        if names != self._names:
            self._meet(names)
        new = [event for event in events_after(self._last - OVERLAP) if event.id not in self._seen]
        for event in new:
            self._note(event)
        if new:
            self._last = max(self._last, *(event.id for event in new))
            self._seen = {one for one in self._seen if one > self._last - OVERLAP} | {event.id for event in new}
        lasting = {one for state in self._states.values() for one in state.lasting}
        ended = ended_among(lasting) if lasting else set()
        for state in self._states.values():
            state.lasting -= ended
        self._tell()

    def leave(self) -> None:
        """Say that we go."""
        self._publish(f"{self.settings.base_topic}/status", "offline")

    def _note(self, event: Event) -> None:
        body = asdict(event) | {"camera": self._names.get(event.camera_id or 0, "")}
        self._send(f"{self.settings.base_topic}/events", json.dumps(body, ensure_ascii=False), retain=False)
        if event.camera_id not in self._names:
            return
        namespace = event.type.partition(".")[0]
        if event.type in HEALTH:
            self._online(event.camera_id, event.type == "camera.online")
        elif namespace not in OWN:
            state = self._state(event.camera_id, namespace)
            if event.end_ms is None:
                state.lasting.add(event.id)
            else:
                state.until_ms = max(state.until_ms, self._clock.wall_ms() + HOLD_MS)

    def _meet(self, names: dict[int, str]) -> None:
        """Take up cameras that are new or have another name, and take back what was said of those that are gone."""
        from core.api.services import newest_of_cameras

        for camera_id in set(self._names) - set(names):
            for key in [key for key in self._states if key[0] == camera_id]:
                del self._states[key]
                self._withdraw(*key)
            self._withdraw(camera_id, "online")
        new = set(names) - set(self._names)
        changed = {camera_id for camera_id, name in names.items() if self._names.get(camera_id) != name}
        self._names = dict(names)
        health = newest_of_cameras(new, HEALTH)
        for camera_id in new:
            self._online(camera_id, camera_id not in health or health[camera_id].type == "camera.online")
        for camera_id in changed:
            self._announce(camera_id, "online")
            self._state(camera_id, "motion")
            for _, namespace in [key for key in self._states if key[0] == camera_id]:
                self._announce(camera_id, namespace)

    def _state(self, camera_id: int, namespace: str) -> _State:
        if (camera_id, namespace) not in self._states:
            self._states[camera_id, namespace] = _State()
            self._announce(camera_id, namespace)
        return self._states[camera_id, namespace]

    def _tell(self) -> None:
        now_ms = self._clock.wall_ms()
        for (camera_id, namespace), state in self._states.items():
            self._publish(self._topic(camera_id, namespace), "ON" if state.on(now_ms) else "OFF")

    def _online(self, camera_id: int, online: bool) -> None:
        self._publish(self._topic(camera_id, "online"), "ON" if online else "OFF")

    def _topic(self, camera_id: int, name: str) -> str:
        return f"{self.settings.base_topic}/camera/{camera_id}/{name}"

    def _announce(self, camera_id: int, name: str) -> None:
        """Home Assistant's discovery of a binary sensor."""
        if not self.settings.discovery:
            return
        device = f"{self._identity()}_{camera_id}"
        config: dict[str, Any] = {
            "name": name.replace("_", " ").capitalize(),
            "unique_id": f"{device}_{name}",
            "state_topic": self._topic(camera_id, name),
            "availability_topic": f"{self.settings.base_topic}/status",
            "device": {"identifiers": [device], "name": self._names[camera_id], "manufacturer": "Eyrie"},
        }
        if name in CLASSES:
            config["device_class"] = CLASSES[name]
        self._publish(self._discovery(camera_id, name), json.dumps(config, ensure_ascii=False))

    def _withdraw(self, camera_id: int, name: str) -> None:
        """An empty retained message removes what was retained, and Home Assistant's sensor with it."""
        self._publish(self._topic(camera_id, name), "")
        if self.settings.discovery:
            self._publish(self._discovery(camera_id, name), "")

    def _discovery(self, camera_id: int, name: str) -> str:
        return f"{self.settings.discovery_prefix}/binary_sensor/{self._identity()}_{camera_id}_{name}/config"

    def _identity(self) -> str:
        return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in self.settings.base_topic)

    def _publish(self, topic: str, payload: str) -> None:
        """Retained, and only when it has changed."""
        if self._published.get(topic) != payload:
            self._send(topic, payload, retain=True)
            self._published[topic] = payload

    def _send(self, topic: str, payload: str, *, retain: bool) -> None:
        sent = self._client.publish(topic, payload.encode(), 1, retain)
        try:
            sent.wait_for_publish(SECONDS)
        except RuntimeError as error:
            raise BrokerError(f"the broker hung up ({error}).") from error
        if not sent.is_published():
            raise BrokerError(f"the broker did not confirm within {SECONDS:g} s.")
