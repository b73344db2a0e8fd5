"""The simulator's hooks."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import CameraDriverSpec, SettingsSpec, WorkerSpec, hookimpl
from plugins.simulator.driver import SPEC
from plugins.simulator.settings import SimulatorSettings


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Port, cameras, credentials."""
    return [SettingsSpec(SimulatorSettings)]


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """The park's process."""
    return [WorkerSpec("park", "Simulated cameras", "plugins.simulator.worker:run")]


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Its cameras, as ones that can be moved and switched."""
    return [SPEC]
