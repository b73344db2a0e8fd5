"""Who may watch: HTTP basic (RFC 7617) and digest (RFC 2617, RFC 7616 for SHA-256) as RTSP uses them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence

from core.media.rtsp.serving_message import Request

REALM = "Eyrie"
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class Guard:
    """Checks one connection's requests against a set of users, with a nonce of that connection alone."""

    def __init__(self, schemes: Sequence[str] = ("digest", "basic")) -> None:
        self._schemes = schemes
        self._nonce = secrets.token_hex(16)

    def challenge(self) -> str:
        """The WWW-Authenticate header's value. Only the strongest scheme is offered: many clients take the first."""
        if "digest" in self._schemes:
            return f'Digest realm="{REALM}", nonce="{self._nonce}", algorithm=MD5'
        return f'Basic realm="{REALM}"'

    def allows(self, request: Request, users: Mapping[str, str]) -> bool:
        """Whether the request carries the name and password of one of `users`. No users: everybody may."""
        if not users:
            return True
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and "basic" in self._schemes:
            return _basic_fits(rest, users)
        if scheme.lower() == "digest" and "digest" in self._schemes:
            return self._digest_fits(request, rest, users)
        return False

    def _digest_fits(self, request: Request, header: str, users: Mapping[str, str]) -> bool:
        given = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(header)}
        password = users.get(given.get("username", ""))
        if password is None or given.get("nonce") != self._nonce or given.get("realm") != REALM:
            return False
        expected = digest_response(given, request.method, password)
        return hmac.compare_digest(expected.encode(), given.get("response", "").lower().encode())


def digest_response(given: Mapping[str, str], method: str, password: str) -> str:
    """The response value that proves the password (RFC 7616 3.4.1), for the fields of an Authorization header."""
    name = given.get("algorithm", "MD5").upper()

    def digest(text: str) -> str:
        # MD5 is what RTSP digest is made of; nothing rests on its collision resistance here.
        return hashlib.new("sha256" if name == "SHA-256" else "md5", text.encode(), usedforsecurity=False).hexdigest()

    first = digest(f"{given.get('username', '')}:{given.get('realm', '')}:{password}")
    second = digest(f"{method}:{given.get('uri', '')}")
    if "qop" in given:
        middle = f"{given['nonce']}:{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}"
        return digest(f"{first}:{middle}:{second}")
    return digest(f"{first}:{given['nonce']}:{second}")


def _basic_fits(encoded: str, users: Mapping[str, str]) -> bool:
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    expected = users.get(name)
    return expected is not None and hmac.compare_digest(expected.encode(), password.encode())
