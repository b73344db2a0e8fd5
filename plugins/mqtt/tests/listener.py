"""Somebody else at the broker."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from plugins.mqtt.broker import make_client
from plugins.mqtt.settings import BrokerSettings
from plugins.mqtt.tests.conftest import wait_for


class Listener:
    """Hears everything; `messages` has topic, payload and whether it was retained, in order."""

    def __init__(self, settings: BrokerSettings) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._settings = settings
        self._client = make_client(settings)
        self._ready = threading.Event()

    def __enter__(self) -> Listener:
        client = self._client
        client.on_connect = lambda *_: client.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: self._ready.set()
        client.on_message = self._note
        client.connect(self._settings.host, self._settings.port)
        client.loop_start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, topic: str, payload: bytes | None = None, seconds: float = 20) -> bytes:
        """The newest message of a topic, once there is one (with this payload)."""
        wait_for(lambda: any(t == topic and payload in (None, p) for t, p, _ in self.messages), seconds)
        return [p for t, p, _ in self.messages if t == topic][-1]

    def count(self, topic: str) -> int:
        """How many messages of a topic the broker had until now: all before a mark that is published now."""
        mark = b"%d" % len(self.messages)
        self._client.publish("mark", mark, qos=1)
        self.wait_for("mark", mark)
        return sum(found == topic for found, _, _ in self.messages)

    def _note(self, _client: Any, _data: Any, message: Any) -> None:
        self.messages.append((message.topic, message.payload, message.retain))
