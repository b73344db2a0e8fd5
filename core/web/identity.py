"""Who is behind a websocket: by session cookie, `Authorization: Token` header or ticket. Asked again while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from core.access.models import ApiToken, User
from core.access.rights import Rights, rights_of
from core.access.tokens import TokenRefused, digest_of
from core.signin import sessions
from core.web.tokens import usable_token

TICKET_SECONDS = 30
_SALT = "eyrie.websocket.ticket"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a websocket came with. kind: session or token; value: session key, or digest of the token's secret.

    address: of the client, as far as tokens may be used from there.
    """

    kind: str
    value: str
    address: str

    def rights(self) -> Rights | None:
        """What it may do now; None once it is revoked or expired, or the user inactive. Reads the database."""
        if self.kind == "session":
            user = _session_user(self.value)
            return rights_of(user) if user is not None and user.is_active else None
        try:
            row = usable_token(self.value, self.address)
        except TokenRefused:
            return None
        return rights_of(row.user, token=row)


def ticket(token: ApiToken) -> str:
    """A signed ticket that stands for a token for TICKET_SECONDS. It holds the secret's digest, never the secret."""
    return signing.dumps(token.secret_id, salt=_SALT)


def credential(scope: dict[str, Any]) -> Credential | None:
    """The credential of an ASGI websocket scope: header before ticket before cookie. None without any valid one.

    A cookie counts only when the page, if the client names one, is of this very host (RFC 6455, 10.2): browsers send
    cookies from any page, and always the page's origin.
    """
    address = str((scope.get("client") or ("",))[0])
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    authorization = headers.get(b"authorization", "").split()
    if len(authorization) == 2 and authorization[0].lower() == "token":
        return _from_secret(authorization[1], address)
    tickets = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
    if tickets:
        return _from_ticket(tickets[0], address)
    session = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
    origin = headers.get(b"origin")
    same_host = origin is None or urlsplit(origin).netloc == headers.get(b"host")
    return Credential("session", session, address) if session and same_host else None


def _from_secret(secret: str, address: str) -> Credential | None:
    try:
        return Credential("token", digest_of(secret), address)
    except TokenRefused:
        return None


def _from_ticket(text: str, address: str) -> Credential | None:
    try:
        return Credential("token", signing.loads(text, salt=_SALT, max_age=TICKET_SECONDS), address)
    except signing.BadSignature:
        return None


def _session_user(key: str) -> User | None:
    """Nobody also while the session has something to do first, such as setting up a second factor."""
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not sessions.in_use(request.session, user) or sessions.duties(request.session):
        return None
    return user
