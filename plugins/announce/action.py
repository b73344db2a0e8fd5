"""Playing an announcement through cameras."""

from __future__ import annotations

from core.api import ActionContext, ControlError, GiveUp, NotDone
from plugins.announce.settings import AnnounceSettings


def announce(settings: AnnounceSettings, context: ActionContext) -> str:
    """Play it everywhere at once. Where somebody talks it is not played, and not tried again: it would come too late.

    Raises GiveUp for an announcement that is not there, NotDone when it was played nowhere.
    """
    from core.api.services import play_announcement  # needs Django

    cameras = list(settings.cameras) or _own(context)
    if not cameras:
        return "Tried out: there is no event, so there is no camera to play it at."
    try:
        failed = play_announcement(cameras, settings.announcement, context.rule or "Rule")
    except ControlError as error:
        raise GiveUp(str(error)) from error
    if len(failed) == len(cameras):
        raise NotDone(" ".join(dict.fromkeys(failed.values())))
    where = len(cameras) - len(failed)
    return " ".join([f"{settings.announcement} was played at {where} of {len(cameras)} cameras.", *failed.values()])


def _own(context: ActionContext) -> list[int]:
    if context.event is None:
        return []
    if context.event.camera_id is None:
        raise GiveUp("The event is of no camera; name the cameras.")
    return [context.event.camera_id]
