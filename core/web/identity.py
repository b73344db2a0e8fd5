"""Who is behind a websocket: by session cookie, `Authorization: Token` header or ticket. Asked again while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from core.access.models import User

TICKET_SECONDS = 30
_SALT = "eyrie.websocket.ticket"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a websocket came with. kind: session, token or ticket; value: session key, token, or token digest."""

    kind: str
    value: str

    def user(self) -> User | None:
        """Whose it is now; None once it is revoked or expired, or the user inactive. Reads the database."""
        found = {"session": _session_user, "token": _token_user, "ticket": _digest_user}[self.kind](self.value)
        return found if found is not None and found.is_active else None


def ticket(token: AuthToken) -> str:
    """A signed ticket that stands for a token for TICKET_SECONDS. It holds the token's digest, never the token."""
    return signing.dumps(token.digest, salt=_SALT)


def credential(scope: dict[str, Any]) -> Credential | None:
    """The credential of an ASGI websocket scope: header before ticket before cookie. None without any valid one.

    A cookie counts only when the page, if the client names one, is of this very host (RFC 6455, 10.2): browsers send
    cookies from any page, and always the page's origin.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    authorization = headers.get(b"authorization", "").split()
    if len(authorization) == 2 and authorization[0].lower() == "token":
        return Credential("token", authorization[1])
    tickets = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
    if tickets:
        return _from_ticket(tickets[0])
    session = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
    origin = headers.get(b"origin")
    same_host = origin is None or urlsplit(origin).netloc == headers.get(b"host")
    return Credential("session", session) if session and same_host else None


def _from_ticket(text: str) -> Credential | None:
    try:
        return Credential("ticket", signing.loads(text, salt=_SALT, max_age=TICKET_SECONDS))
    except signing.BadSignature:
        return None


def _session_user(key: str) -> User | None:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None


def _token_user(token: str) -> User | None:
    try:
        user = TokenAuthentication().authenticate_credentials(token.encode("latin-1"))[0]
    except (AuthenticationFailed, UnicodeDecodeError):
        return None
    return user if isinstance(user, User) else None


def _digest_user(digest: str) -> User | None:
    valid = Q(expiry=None) | Q(expiry__gt=timezone.now())
    token = AuthToken.objects.select_related("user").filter(valid, digest=digest).first()
    return token.user if token else None
