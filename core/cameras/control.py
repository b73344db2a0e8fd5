"""Telling a camera to do something beside sending video. Blocks: not for an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from pydantic import BaseModel

from core.cameras.drivers import CameraError, opened
from core.cameras.models import Camera
from core.hookspecs.cameras import CameraDriverSpec, ControlError

SECONDS = 15.0


def goto_preset(camera_id: int, preset: str, timeout: float = SECONDS) -> None:
    """Point a camera at a position that it knows by this name; within `timeout` seconds. Raises ControlError."""
    name, spec, settings = _camera(camera_id)
    if spec.goto_preset is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot move cameras.", lasting=True)
    _done(name, spec.goto_preset(settings, preset, timeout), timeout)


def set_output(camera_id: int, output: str, on: bool, timeout: float = SECONDS) -> None:
    """Switch an output of a camera on or off; within `timeout` seconds. Raises ControlError."""
    name, spec, settings = _camera(camera_id)
    if spec.set_output is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot switch outputs.", lasting=True)
    _done(name, spec.set_output(settings, output, on, timeout), timeout)


def _camera(camera_id: int) -> tuple[str, CameraDriverSpec, BaseModel]:
    camera = Camera.objects.filter(pk=camera_id).first()
    if camera is None:
        raise ControlError(f"There is no camera {camera_id}.", lasting=True)
    try:
        return camera.name, *opened(camera.driver, camera.settings)
    except CameraError as error:
        raise ControlError(f"{camera.name}: {error}", lasting=True) from error


def _done(name: str, work: Awaitable[None], timeout: float) -> None:
    async def wait() -> None:
        async with asyncio.timeout(timeout):
            await work

    try:
        asyncio.run(wait())
    except TimeoutError:
        raise ControlError(f"{name} did not answer within {timeout:g} s.") from None
