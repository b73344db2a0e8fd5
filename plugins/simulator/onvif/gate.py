"""Who may call: HTTP digest (RFC 7616) and WS-UsernameToken, as ONVIF Core 5.9.4 has devices ask for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from plugins.simulator.onvif.http import HttpRequest
from plugins.simulator.onvif.markup import Element, find, text

REALM = "Simulated device"
WINDOW_MS = 300_000  # how far a token's time may be from the device's (ONVIF asks for a window, not how wide)
NONCES = 500  # remembered, of tokens
LOCK_AFTER = 5  # wrong passwords in a row
LOCK_MS = 60_000
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


class Asking(StrEnum):
    """Which proof of a password a device takes."""

    BOTH = "both"  # digest (MD5) or token, as most devices
    DIGEST = "digest"  # HTTP digest, MD5
    SHA256 = "sha256"  # HTTP digest, SHA-256
    TWO = "two"  # HTTP digest in two challenges with nonces of their own
    TOKEN = "token"  # noqa: S105 - a way's name: WS-UsernameToken only, as old devices


_CHALLENGES = {
    Asking.BOTH: ("MD5",),
    Asking.DIGEST: ("MD5",),
    Asking.SHA256: ("SHA-256",),
    Asking.TWO: ("SHA-256", "MD5"),
    Asking.TOKEN: (),
}


class Verdict(StrEnum):
    """What a request's proof is worth."""

    WELCOME = "welcome"
    NOBODY = "nobody"  # it carries none
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(slots=True)
class Gate:
    """Checks requests against users, and locks after too many wrong passwords. users: name to password."""

    users: dict[str, str]
    asking: Asking = Asking.BOTH
    lock_after: int = LOCK_AFTER
    wrong: int = 0
    _locked_until: int = 0
    _nonces: dict[str, str] = field(default_factory=dict)  # algorithm to nonce
    _used: deque[str] = field(default_factory=lambda: deque(maxlen=NONCES))

    def challenges(self) -> list[str]:
        """The values of the WWW-Authenticate headers; none where only tokens count."""
        return [
            f'Digest realm="{REALM}", qop="auth", nonce="{self._nonce(name)}", algorithm={name}'
            for name in _CHALLENGES[self.asking]
        ]

    def forget(self) -> None:
        """As after a restart: new nonces, no lock."""
        self._nonces.clear()
        self._used.clear()
        self.wrong = self._locked_until = 0

    def judge(self, request: HttpRequest, header: Element | None, now_ms: int) -> Verdict:
        """What the proof of a request is worth at the device's time. No users: everybody is welcome."""
        if not self.users:
            return Verdict.WELCOME
        if now_ms < self._locked_until:
            return Verdict.LOCKED
        token = find(header, "Security/UsernameToken") if header is not None else None
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "digest" and _CHALLENGES[self.asking]:
            fits = self._digest_fits(request.method, rest)
        elif token is not None and self.asking in (Asking.BOTH, Asking.TOKEN):
            fits = self._token_fits(token, now_ms)
        else:
            return Verdict.NOBODY
        if fits is None:
            return Verdict.NOBODY  # an old nonce says nothing about the password
        return self._count(fits, now_ms)

    def _count(self, fits: bool, now_ms: int) -> Verdict:
        self.wrong = 0 if fits else self.wrong + 1
        if self.wrong >= self.lock_after:
            self.wrong, self._locked_until = 0, now_ms + LOCK_MS
            return Verdict.LOCKED
        return Verdict.WELCOME if fits else Verdict.WRONG

    def _nonce(self, algorithm: str) -> str:
        return self._nonces.setdefault(algorithm, secrets.token_hex(16))

    def _digest_fits(self, method: str, header: str) -> bool | None:
        given = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(header)}
        algorithm = given.get("algorithm", "MD5")
        if algorithm not in _CHALLENGES[self.asking] or given.get("nonce") != self._nonce(algorithm):
            return None
        password = self.users.get(given.get("username", ""))
        if password is None or given.get("realm") != REALM or given.get("qop") != "auth":
            return False
        expected = _digest(given, method, password, _HASHES[algorithm])
        return hmac.compare_digest(expected.encode(), given.get("response", "").lower().encode())

    def _token_fits(self, token: Element, now_ms: int) -> bool:
        password = self.users.get(text(token, "Username"))
        nonce, created = text(token, "Nonce"), text(token, "Created")
        try:
            made_ms = round(datetime.fromisoformat(created).timestamp() * 1000)
            raw = base64.b64decode(nonce, validate=True)
        except (ValueError, binascii.Error):
            return False
        if password is None or nonce in self._used or abs(made_ms - now_ms) > WINDOW_MS:
            return False
        # SHA-1 is what the UsernameToken profile 1.1 is made of.
        proof = hashlib.sha1(raw + created.encode() + password.encode(), usedforsecurity=False).digest()
        fits = hmac.compare_digest(base64.b64encode(proof).decode(), text(token, "Password"))
        if fits:
            self._used.append(nonce)
        return fits


def _digest(given: Mapping[str, str], method: str, password: str, algorithm: str) -> str:
    """The response of RFC 7616 3.4.1 for qop=auth."""

    def digest(value: str) -> str:
        return hashlib.new(algorithm, value.encode(), usedforsecurity=False).hexdigest()

    first = digest(f"{given.get('username', '')}:{given.get('realm', '')}:{password}")
    second = digest(f"{method}:{given.get('uri', '')}")
    return digest(f"{first}:{given['nonce']}:{given.get('nc', '')}:{given.get('cnonce', '')}:auth:{second}")
