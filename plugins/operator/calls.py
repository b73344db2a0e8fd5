"""Calling those who have the portal open: a small message on a topic, heard by who may watch the camera live."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from core.api import ActionContext, GiveUp
from plugins.operator.settings import ShowSettings, SoundSettings

TOPIC = "operator.calls"
MOST_TEXT = 300


class Call(BaseModel):
    """key: the same when a call is repeated. camera_id: whose call it is; none for the system. seconds: for how long.

    link: the portal's page of the event; at_ms: when it was made, ms UTC.
    """

    key: str
    kind: Literal["sound", "show_camera"]
    camera_id: int | None
    seconds: int
    text: str
    sound: str = ""
    link: str = ""
    at_ms: int


def sound(settings: SoundSettings, context: ActionContext) -> str:
    """Sound an alarm."""
    camera_id = context.event.camera_id if context.event else None
    _send("sound", camera_id, settings.seconds, settings.text, context, sound=settings.sound)
    return f"Sounded the {settings.sound} in each portal that is open."


def show(settings: ShowSettings, context: ActionContext) -> str:
    """Show a camera. Raises GiveUp for an event without one when none is named."""
    camera_id = settings.camera or (context.event.camera_id if context.event else None)
    if camera_id is None:
        if context.event is None:
            return "Tried out: there is no event, so there is no camera to show."
        raise GiveUp("The event is of no camera; name the camera to show.")
    _send("show_camera", camera_id, settings.seconds, settings.text, context)
    return f"Showed camera {camera_id} in each portal that is open."


def _send(
    kind: Literal["sound", "show_camera"],
    camera_id: int | None,
    seconds: int,
    text: str,
    context: ActionContext,
    **more: Any,
) -> None:
    from core.api.services import publish  # needs Django

    call = Call(
        key=context.key,
        kind=kind,
        camera_id=camera_id,
        seconds=seconds,
        text=" ".join(text.split())[:MOST_TEXT],
        link=f"/events/{context.event.id}/" if context.event else "",
        at_ms=context.now_ms,
        **more,
    )
    publish(TOPIC, call.model_dump())
