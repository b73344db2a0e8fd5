"""Moving cameras and switching their outputs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.api import ActionContext, ControlError, GiveUp, NotDone
from plugins.camera_control.settings import OutputSettings, PatrolSettings, PresetSettings


def go(settings: PresetSettings, context: ActionContext) -> str:
    """Point the camera at the preset. Raises GiveUp for what will not change by itself, else NotDone."""
    from core.api.services import goto_preset  # needs Django

    camera_id = _camera(settings.camera, context)
    if camera_id is None:
        return "Tried out: there is no event, so there is no camera to move."
    with _judged():
        goto_preset(camera_id, settings.preset)
    return f"Camera {camera_id} goes to {settings.preset}."


def patrol(settings: PatrolSettings, context: ActionContext) -> str:
    """Start a patrol, or stop what goes. Raises GiveUp for what will not change by itself, else NotDone."""
    from core.api.services import start_patrol, stop_patrol  # needs Django

    camera_id = _camera(settings.camera, context)
    if camera_id is None:
        return "Tried out: there is no event, so there is no camera to move."
    by = f"<rule {context.rule}>" if context.rule else "<rule>"
    with _judged():
        if settings.patrol:
            start_patrol(camera_id, settings.patrol, by)
            return f"Camera {camera_id} goes its patrol {settings.patrol}."
        stop_patrol(camera_id, by)
    return f"Camera {camera_id} goes no patrol."


def switch(settings: OutputSettings, context: ActionContext) -> str:
    """Switch the output. A pulse that fails half way is begun anew, so that it ends switched off."""
    from core.api.services import set_output  # needs Django

    camera_id = _camera(settings.camera, context)
    if camera_id is None:
        return "Tried out: there is no event, so there is no camera to switch."
    with _judged():
        set_output(camera_id, settings.output, settings.state != "off")
        if settings.state == "pulse":
            threading.Event().wait(settings.seconds)
            set_output(camera_id, settings.output, False)
    return f"Output {settings.output} of camera {camera_id}: {settings.state}."


def _camera(named: int, context: ActionContext) -> int | None:
    """The camera meant; None when a person tries the action out without an event."""
    if named or context.event is None:
        return named or None
    if context.event.camera_id is None:
        raise GiveUp("The event is of no camera; name the camera.")
    return context.event.camera_id


@contextmanager
def _judged() -> Iterator[None]:
    try:
        yield
    except ControlError as error:
        if error.lasting:
            raise GiveUp(str(error)) from error
        raise NotDone(str(error)) from error
