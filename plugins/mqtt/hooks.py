"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, SettingsSpec, WorkerSpec, hookimpl
from plugins.mqtt.action import publish
from plugins.mqtt.broker import try_out
from plugins.mqtt.settings import BrokerSettings, MessageSettings


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """The broker."""
    return [SettingsSpec(BrokerSettings, test=try_out)]


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Publishing a message."""
    return [ActionSpec("mqtt", "Publish an MQTT message", MessageSettings, publish)]


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """The cameras' states."""
    return [WorkerSpec("states", "States over MQTT", "plugins.mqtt.bridge:run", heartbeat=60.0)]
