"""Sending a notification to all browsers that subscribed and whose users may see the event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.api import ActionContext, GiveUp, NotDone
from core.api.outgoing import RefusedAddress, Unreachable, networks, request
from plugins.webpush.encryption import MOST_PLAIN, encrypt
from plugins.webpush.settings import NotificationSettings, PushSettings
from plugins.webpush.vapid import authorization, own_key

if TYPE_CHECKING:
    from plugins.webpush.models import Subscription

KEEP_S = 24 * 3600  # a push service keeps it so long for a phone that is off
SECONDS = 10.0
MOST_TITLE, MOST_TEXT = 200, 1000
_GONE = (404, 410)


class NotSent(NotDone):
    """Some browsers' push services did not take it; one sentence."""


def push(settings: NotificationSettings, context: ActionContext) -> str:
    """Send it. Raises GiveUp when there is nobody to send it to, NotSent when it is to be tried again.

    Tried again it goes to all once more: the same tag replaces what a browser shows already.
    """
    found = _recipients(settings.users, context)
    if not found:
        raise GiveUp("Nobody who may see this has switched notifications on, in the menu of the portal.")
    plain = message(settings, context)
    outcomes = [_send(one, plain, settings, context) for one in found]
    failed = [outcome for outcome in outcomes if outcome not in ("", "gone")]
    if failed:
        raise NotSent(f"{len(failed)} of {len(found)} were not taken: {failed[0]}")
    return f"Sent to {outcomes.count('')} of {len(found)} browsers."


def message(settings: NotificationSettings, context: ActionContext) -> bytes:
    """What the portal's service worker shows: title, body, url and tag, in JSON."""
    body = {
        "title": " ".join(settings.title.split())[:MOST_TITLE] or "Eyrie",
        "body": settings.text.strip()[:MOST_TEXT],
        "url": f"/events/{context.event.id}/" if context.event else "/",
        "tag": context.key,
    }
    plain = json.dumps(body, ensure_ascii=False).encode()
    while len(plain) > MOST_PLAIN and body["body"]:
        body["body"] = body["body"][: len(body["body"]) // 2]
        plain = json.dumps(body, ensure_ascii=False).encode()
    return plain


def _recipients(users: list[str], context: ActionContext) -> list[Subscription]:
    from core.api.services import rights_of
    from plugins.webpush.models import Subscription

    found = Subscription.objects.select_related("user").order_by("pk")
    if users:
        found = found.filter(user__username__in=users)
    camera_id = context.event.camera_id if context.event else None
    return [one for one in found if context.event is None or rights_of(one.user).holds("event.view", camera_id)]


def _send(one: Subscription, plain: bytes, settings: NotificationSettings, context: ActionContext) -> str:
    """What went wrong; empty when nothing did, "gone" for a browser that unsubscribed, which is then forgotten."""
    own = push_settings()
    headers = {
        "Authorization": authorization(one.endpoint, own.contact, context.now_ms, own_key()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEEP_S),
        "Urgency": "high" if settings.urgent else "normal",
    }
    body = encrypt(plain, one.p256dh, one.auth)
    try:
        answer = request(
            "POST", one.endpoint, headers=headers, body=body, allowed=networks(own.networks), timeout=SECONDS
        )
    except (Unreachable, RefusedAddress) as error:
        return str(error)
    if answer.status in _GONE:
        one.delete()
        return "gone"
    return "" if 200 <= answer.status < 300 else f"the push service answered {answer.status}."


def push_settings() -> PushSettings:
    """The settings as they are saved."""
    from core.api.services import plugin_settings

    found = plugin_settings("webpush")
    if not isinstance(found, PushSettings):
        raise TypeError("the settings of webpush are not of its model")
    return found
