"""The simulator's hooks."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import SettingsSpec, WorkerSpec, hookimpl
from plugins.simulator.settings import SimulatorSettings


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Port, cameras, credentials."""
    return [SettingsSpec(SimulatorSettings)]


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """The park's process."""
    return [WorkerSpec("park", "Simulated cameras", "plugins.simulator.worker:run")]
