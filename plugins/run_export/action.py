"""Exporting an event's recording."""

from __future__ import annotations

from core.api import ActionContext, GiveUp, RetryLater
from plugins.run_export.settings import ExportSettings

REQUESTER = "<rule>"
LONGEST_TITLE = 128
STORED_MS = 5000  # after that the recorder has stored and indexed a moment


def export(settings: ExportSettings, context: ActionContext) -> str:
    """Ask for the export, once its range is recorded. Raises RetryLater until then, GiveUp without a camera."""
    from core.api.services import ExportItem, export_was_requested, request_export  # needs Django

    event = context.event
    if event is None:
        return "Tried out: there is no event to export."
    if event.camera_id is None:
        raise GiveUp("The event is of no camera, so there is no recording to export.")
    start_ms = event.start_ms - settings.before * 1000
    end_ms = max(event.end_ms or 0, event.start_ms) + settings.after * 1000
    missing_ms = end_ms + STORED_MS - context.now_ms
    if missing_ms > 0:
        raise RetryLater(missing_ms / 1000, "Waits until the range is recorded.")
    item = ExportItem(camera=event.camera_id, name=context.camera, stream=0, start_ms=start_ms, end_ms=end_ms)
    if export_was_requested(REQUESTER, [item]):
        return "Was asked for already."
    title = " ".join(settings.title.split())[:LONGEST_TITLE]
    made = request_export(None, REQUESTER, [item], title=title, burn_in=settings.burn_in, redact=settings.cover)
    return f"Export {made.pk} is asked for."
