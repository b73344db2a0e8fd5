"""Fetching by HTTP what a device points to: snapshots above all. Their server often wants other credentials' dress."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.api.outgoing import Authenticator
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.transport import Answer, Transport


def fetch(transport: Transport, url: str, user: str, password: str, seconds: float) -> Answer:
    """GET, and once more with credentials when the device asks for them. Raises OnvifError."""
    answer = transport.get(url, {}, seconds)
    if answer.status == 401 and user:
        login = Authenticator(user, password)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if login.take(answer.headers.get("www-authenticate", [])):
            answer = transport.get(url, {"Authorization": login.header("GET", target) or ""}, seconds)
    if answer.status in (401, 403):
        raise OnvifError("auth", f"The device refuses {parts_of(url)} to this user.", status=answer.status)
    if answer.status != 200 or not answer.body:
        raise OnvifError("fault", f"The device gives no {parts_of(url)} (HTTP {answer.status}).", status=answer.status)
    return answer


def parts_of(url: str) -> str:
    """The path of a URL: without host and query, which may hold secrets."""
    return urlsplit(url).path or "/"
