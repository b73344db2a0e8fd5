"""Telling a camera to do something beside sending video. Blocks: not for an event loop.

Persons move cameras through web, which keeps a camera's Mover (core.web.helm); rules and the clock through here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from core.cameras import steering
from core.cameras.drivers import CameraError, closed, opened
from core.cameras.models import Camera
from core.hookspecs.cameras import CameraDriverSpec, ControlError
from core.hookspecs.ptz import Ptz
from core.media.clock import Clock
from core.media.masks import Masks

SECONDS = 15.0
RUN_S = 40.0
MASKS_SECONDS = 90.0  # cameras that restart their encoders for it take long
T = TypeVar("T")
log = logging.getLogger("eyrie.cameras")


@dataclass(frozen=True, slots=True)
class Controls:
    """Names of the positions a camera can be pointed at, and of its outputs; empty where nobody knows them."""

    presets: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mover:
    """What moves a camera. name: the camera's; revision: of its settings, with which this ends to be right."""

    name: str
    revision: int
    ptz: Ptz


def mover(camera_id: int) -> Mover:
    """What moves a camera. Raises ControlError when its driver moves none."""
    name, spec, settings = reached(camera_id)
    if spec.ptz is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot move cameras.", lasting=True)
    ptz = spec.ptz(settings)
    if ptz is None:
        raise ControlError(f"{name} cannot be moved.", lasting=True)
    return Mover(name, revision_of(camera_id), ptz)


def moves(camera: Camera) -> bool:
    """Whether a camera can be moved, by its settings."""
    return has(camera, lambda spec: spec.ptz)


def has(camera: Camera, part: Callable[[CameraDriverSpec], Callable[[Any], object] | None]) -> bool:
    """Whether its driver makes this of a camera's settings: no secret is opened and no network touched."""
    try:
        spec, settings = closed(camera.driver, camera.settings)
    except CameraError:
        return False
    make = part(spec)
    return make is not None and make(settings) is not None


def revision_of(camera_id: int) -> int:
    """The revision of a camera's settings; -1 when it is gone."""
    found = Camera.objects.filter(pk=camera_id).values_list("revision", flat=True).first()
    return -1 if found is None else found


def goto_preset(camera_id: int, preset: str, timeout: float = SECONDS) -> None:
    """Point a camera at a position that it knows by this name, unless a person moves it; within `timeout` seconds.

    Raises ControlError.
    """
    found = mover(camera_id)
    _left_alone(camera_id, found.name)
    _done(found.name, _goto(found, preset), timeout)
    steering.moved(camera_id)


def goto_stop(camera_id: int, token: str, timeout: float = SECONDS) -> None:
    """Point a camera at the position of this token, unless a person moves it; within `timeout` seconds.

    Raises ControlError.
    """
    found = mover(camera_id)
    _left_alone(camera_id, found.name)
    _done(found.name, found.ptz.goto_preset(token), timeout)
    steering.moved(camera_id)


def _left_alone(camera_id: int, name: str) -> None:
    holder = steering.holder(camera_id)
    if holder is not None:
        raise ControlError(f"{name} is moved by {holder.name} at the moment.")


def return_left_alone(clock: Clock) -> None:
    """Point cameras that nobody moves any more at the position they return to; for about a minute at most. Blocks."""
    began = clock.monotonic()
    for row in steering.returning(clock):
        if clock.monotonic() - began > RUN_S:
            return
        try:
            goto_preset(row.camera_id, row.return_preset)
        except ControlError as error:
            log.warning("camera %s does not return to %s: %s", row.camera_id, row.return_preset, error)
            if not error.lasting:
                continue
        steering.returned(row.camera_id)


def set_output(camera_id: int, output: str, on: bool, timeout: float = SECONDS) -> None:
    """Switch an output of a camera on or off; within `timeout` seconds. Raises ControlError."""
    name, spec, settings = reached(camera_id)
    if spec.set_output is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot switch outputs.", lasting=True)
    _done(name, spec.set_output(settings, output, on, timeout), timeout)


def controls_of(camera_id: int, timeout: float = SECONDS) -> Controls:
    """What a camera can be told, as far as its driver knows; within `timeout` seconds. Raises ControlError."""
    name, spec, settings = reached(camera_id)
    ptz = spec.ptz(settings) if spec.ptz else None
    presets = _done(name, ptz.presets(), timeout) if ptz else ()
    outputs = _done(name, spec.outputs(settings, timeout), timeout) if spec.outputs else ()
    return Controls(tuple(preset.name for preset in presets), tuple(outputs))


def set_masks(camera_id: int, masks: Masks, timeout: float = MASKS_SECONDS) -> Masks:
    """Have a camera cover these polygons itself; those that it took. Within `timeout` seconds. Raises ControlError."""
    name, spec, settings = reached(camera_id)
    if spec.set_masks is None:
        raise ControlError(f"{name}: its driver {spec.title} cannot have it cover anything.", lasting=True)
    return _done(name, spec.set_masks(settings, masks, timeout), timeout)


async def _goto(found: Mover, name: str) -> None:
    known = await found.ptz.presets()
    preset = next((one for one in known if one.name == name), None)
    if preset is None:
        names = ", ".join(one.name for one in known) or "none"
        raise ControlError(f"{found.name}: its position {name!r} is not known; choose one of {names}.")
    await found.ptz.goto_preset(preset.token)


def reached(camera_id: int) -> tuple[str, CameraDriverSpec, BaseModel]:
    """A camera's name, its driver, and its settings in the clear. Raises ControlError."""
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
