"""Sending a notification. Apprise is loaded at first use, so that processes that send nothing stay small."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.api import ActionContext, GiveUp, NotDone
from plugins.notify.settings import NotifySettings

if TYPE_CHECKING:
    from apprise import NotifyBase
    from apprise.attachment import AttachBase

# Those that act on this machine instead of telling somebody elsewhere.
LOCAL = frozenset({"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})


class NotSent(NotDone):
    """The service did not take the notification; one sentence with what Apprise says."""


def service(url: str) -> NotifyBase | None:
    """The service that an Apprise address means; None when it means none, or one of this machine."""
    from apprise import Apprise, NotifyBase

    if url.partition("://")[0].strip().lower() in LOCAL:
        return None
    with _complaints():
        found = Apprise.instantiate(url, suppress_exceptions=True)
    return found if isinstance(found, NotifyBase) else None


def notify(settings: NotifySettings, context: ActionContext) -> str:
    """Send it. Raises GiveUp for an address that no longer means a service, NotSent."""
    from apprise import AppriseAttachment

    target = service(settings.url.get_secret_value())
    if target is None:
        raise GiveUp("The address of the service is not known; enter it anew.")
    picture = context.picture() if settings.picture and target.attachment_support else None
    attachment = AppriseAttachment(_jpeg(picture)) if picture else None
    with _complaints() as complaints:
        sent = target.notify(body=settings.text, title=settings.title, attach=attachment)
    name = str(target.service_name)
    if not sent:
        raise NotSent(f"{name} did not take it: {' '.join(complaints) or 'no reason given.'}"[:500])
    return f"Sent by {name}."


def _jpeg(picture: bytes) -> AttachBase:
    from apprise.attachment.memory import AttachMemory

    return AttachMemory(picture, "picture.jpg", "image/jpeg")  # type: ignore[no-untyped-call]  # of Apprise's making


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What Apprise logs in this thread meanwhile: it answers yes or no only, and says why in its log."""
    handler = _Collector()
    log = logging.getLogger("apprise")
    log.addHandler(handler)
    try:
        yield handler.lines
    finally:
        log.removeHandler(handler)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.lines.append(record.getMessage())
