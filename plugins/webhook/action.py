"""Calling a web address."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from core.api import ActionContext, GiveUp, NotDone, RetryLater
from core.api.outgoing import Answer, RefusedAddress, Unreachable, networks, request
from plugins.webhook.settings import CallSettings, WebhookSettings
from plugins.webhook.signing import signed

_SHOWN = 200  # characters of a refusal for the delivery log
_LATER = (408, 425, 429)  # besides 5xx: the same call may be taken later


class RefusedCall(NotDone):
    """The receiver did not answer, or did not take it this time; one sentence."""


def call(settings: CallSettings, context: ActionContext) -> str:
    """Make the call. Raises GiveUp for what will not change by itself, RetryLater or RefusedCall."""
    from core.api.services import plugin_settings  # needs Django

    own = plugin_settings("webhook")
    if not isinstance(own, WebhookSettings):
        raise TypeError("the settings of webhook are not of its model")
    body = _body(settings)
    try:
        answer = request(
            settings.method,
            settings.url,
            headers=_headers(settings, context, body),
            body=body,
            allowed=networks(own.networks),
            timeout=settings.timeout,
            verify=settings.verify_certificate,
        )
    except RefusedAddress as error:
        raise GiveUp(str(error)) from error
    except Unreachable as error:
        raise RefusedCall(str(error)) from error
    return _judged(answer, context.now_ms)


def _body(settings: CallSettings) -> bytes:
    if settings.content_type != "application/x-www-form-urlencoded":
        return settings.body.encode()
    pairs = [line.partition("=") for line in settings.body.splitlines() if line.strip()]
    return urlencode([(name.strip(), value.strip()) for name, _, value in pairs]).encode()


def _headers(settings: CallSettings, context: ActionContext, body: bytes) -> dict[str, str]:
    headers = {"User-Agent": "Eyrie", **signed(settings.secret.get_secret_value(), context.key, context.now_ms, body)}
    if body:
        headers["Content-Type"] = settings.content_type
    if settings.authorization.get_secret_value():
        headers["Authorization"] = settings.authorization.get_secret_value()
    for line in settings.headers:
        name, _, value = line.partition(":")
        headers = {known: old for known, old in headers.items() if known.lower() != name.strip().lower()}
        headers[name.strip()] = value.strip()
    return headers


def _judged(answer: Answer, now_ms: int) -> str:
    status = answer.status
    if 200 <= status < 300:
        return f"Answered {status}."
    if 300 <= status < 400:
        where = answer.headers.get("location", "another address")
        raise GiveUp(f"Answered {status}: moved to {where[:_SHOWN]}. Redirects are not followed; enter that address.")
    sentence = f"Answered {status}: {_shown(answer.body)}"
    if status < 500 and status not in _LATER:
        raise GiveUp(sentence)
    seconds = _retry_after(answer.headers.get("retry-after", ""), now_ms)
    if seconds is not None:
        raise RetryLater(seconds, sentence)
    raise RefusedCall(sentence)


def _shown(body: bytes) -> str:
    text = re.sub(r"\s+", " ", body.decode("utf-8", "replace")).strip()
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text or "nothing."


def _retry_after(value: str, now_ms: int) -> float | None:
    """Seconds as `Retry-After` names them (RFC 9110, 10.2.3), a day at most; None when it does not."""
    if value.isascii() and value.isdigit():
        return min(float(value), 86_400.0)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return min(max(0.0, until.timestamp() - now_ms / 1000), 86_400.0)
