"""Having a camera recorded."""

from __future__ import annotations

from core.api import ActionContext, GiveUp
from plugins.record.settings import RecordSettings


def record(settings: RecordSettings, context: ActionContext) -> str:
    """Ask the recorder, once however often this is tried. Raises GiveUp when there is no such camera."""
    from core.api.services import trigger_recording  # needs Django

    camera_id = _camera(settings, context)
    if camera_id is None:
        return "Tried out: there is no event, and so no camera to record."
    event = context.event
    start_ms = context.now_ms if event is None else event.start_ms
    until_ms = start_ms + settings.seconds * 1000
    if event is not None and event.end_ms is not None:
        until_ms = max(until_ms, min(event.end_ms, start_ms + 86_400_000))
    trigger_recording(camera_id, start_ms, until_ms, f"action:{context.key}")
    if until_ms <= context.now_ms:
        return "Asked for too late: of what is over, only what lies in memory can be recorded."
    return f"Recording for another {(until_ms - context.now_ms + 999) // 1000} s."


def _camera(settings: RecordSettings, context: ActionContext) -> int | None:
    from core.api.services import camera_id_of

    if settings.camera:
        found = camera_id_of(settings.camera)
        if found is None:
            raise GiveUp(f"There is no camera named {settings.camera!r}; change the rule.")
        return found
    if context.event is None:
        return None
    if context.event.camera_id is None:
        raise GiveUp("The event is of no camera; name the camera that is to be recorded in the rule.")
    return context.event.camera_id
