"""Telling a camera to do something beside sending video. Blocks: not for an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from core.cameras.drivers import CameraError, opened
from core.cameras.models import Camera
from core.hookspecs.cameras import CameraDriverSpec, ControlError
from core.media.masks import Masks

SECONDS = 15.0
MASKS_SECONDS = 90.0  # cameras that restart their encoders for it take long
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Controls:
    """Names of the positions a camera can be pointed at, and of its outputs; empty where nobody knows them."""

    presets: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


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


def controls_of(camera_id: int, timeout: float = SECONDS) -> Controls:
    """What a camera can be told, as far as its driver knows; within `timeout` seconds. Raises ControlError."""
    name, spec, settings = _camera(camera_id)
    presets = _done(name, spec.presets(settings, timeout), timeout) if spec.presets else ()
    outputs = _done(name, spec.outputs(settings, timeout), timeout) if spec.outputs else ()
    return Controls(tuple(presets), tuple(outputs))


def set_masks(camera_id: int, masks: Masks, timeout: float = MASKS_SECONDS) -> Masks:
    """Have a camera cover these polygons itself; those that it took. Within `timeout` seconds. Raises ControlError."""
    name, spec, settings = _camera(camera_id)
    if spec.set_masks is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot have it cover anything.", lasting=True)
    return _done(name, spec.set_masks(settings, masks, timeout), timeout)


def _camera(camera_id: int) -> tuple[str, CameraDriverSpec, BaseModel]:
    camera = Camera.objects.filter(pk=camera_id).first()
    if camera is None:
        raise ControlError(f"There is no camera {camera_id}.", lasting=True)
    try:
        return camera.name, *opened(camera.driver, camera.settings)
    except CameraError as error:
        raise ControlError(f"{camera.name}: {error}", lasting=True) from error


def _done(name: str, work: Awaitable[T], timeout: float) -> T:
    async def wait() -> T:
        async with asyncio.timeout(timeout):
            return await work

    try:
        return asyncio.run(wait())
    except TimeoutError:
        raise ControlError(f"{name} did not answer within {timeout:g} s.") from None
