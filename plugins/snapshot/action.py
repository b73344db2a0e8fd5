"""Keeping a picture with an event."""

from __future__ import annotations

from core.api import ActionContext, GiveUp, NotDone
from plugins.snapshot.settings import SnapshotSettings


class NoPicture(NotDone):
    """The camera gave no picture this time; one sentence."""


def snapshot(settings: SnapshotSettings, context: ActionContext) -> str:
    """Take the picture of the event's moment and keep it. Raises GiveUp without a camera or an event, NoPicture."""
    from core.api.services import attach_picture  # needs Django

    if context.event is None:
        return "Tried out: there is no event to keep a picture with."
    if context.event.camera_id is None:
        raise GiveUp("The event is of no camera, so there is no picture.")
    picture = context.picture()
    if picture is None:
        raise NoPicture("Neither the recording nor the camera gives a picture of that moment.")
    if not attach_picture(context.event.id, picture):
        raise GiveUp("The event has been deleted meanwhile.")
    return f"Kept a picture of {len(picture):,} bytes."
