"""Answering a server's challenge: Basic (RFC 7617), Digest with MD5 or SHA-256 (RFC 7616; RFC 2069 without qop)."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One `WWW-Authenticate` field: the scheme in lower case and its parameters."""

    scheme: str
    parameters: dict[str, str]


def parse_challenge(value: str) -> Challenge:
    """Read one `WWW-Authenticate` value; parameters unknown to us are kept."""
    scheme, _, rest = value.strip().partition(" ")
    found = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted or not bare else bare
        for name, quoted, bare in _PARAMETER.findall(rest)
    }
    return Challenge(scheme.lower(), found)


def digest_response(
    algorithm: str, username: str, password: str, realm: str, method: str, uri: str, nonce: str, tail: str = ""
) -> str:
    """The `response` of RFC 7616 section 3.4.1. tail: `nc:cnonce:qop` when the server offered qop, else empty."""

    def digest(text: str) -> str:
        return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()

    secret = digest(f"{username}:{realm}:{password}")
    middle = f"{nonce}:{tail}" if tail else nonce
    return digest(f"{secret}:{middle}:{digest(f'{method}:{uri}')}")


def _cnonce() -> str:
    return os.urandom(8).hex()


def only_stale(values: Sequence[str]) -> bool:
    """Does a 401 to an answered challenge only want a newer nonce (RFC 7616 section 3.3), not another password?"""
    return any(parse_challenge(value).parameters.get("stale", "").lower() == "true" for value in values)


@dataclass(slots=True)
class Authenticator:
    """The credentials of one session and the challenge they answer. `header()` is None until a challenge is taken."""

    username: str
    password: str
    cnonce: Callable[[], str] = field(default=_cnonce)
    challenge: Challenge | None = None
    count: int = 0

    def take(self, values: Sequence[str]) -> bool:
        """Choose the strongest challenge we can answer. False when there is none or no user name to answer it with."""
        usable = sorted(filter(None, map(_strength, map(parse_challenge, values))), key=lambda pair: pair[0])
        if not usable or not self.username:
            return False
        self.challenge, self.count = usable[-1][1], 0
        return True

    def header(self, method: str, uri: str) -> str | None:
        """The `Authorization` value of a request."""
        if self.challenge is None:
            return None
        if self.challenge.scheme == "basic":
            return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return self._digest(self.challenge.parameters, method, uri)

    def _digest(self, offer: dict[str, str], method: str, uri: str) -> str:
        algorithm = offer.get("algorithm", "MD5").upper()
        realm, nonce = offer.get("realm", ""), offer.get("nonce", "")
        parts = {"username": self.username, "realm": realm, "nonce": nonce, "uri": uri}
        tail, plain = "", ""
        if "qop" in offer:
            self.count += 1
            nc, cnonce = f"{self.count:08x}", self.cnonce()
            tail, plain = f"{nc}:{cnonce}:auth", f", qop=auth, nc={nc}"
            parts["cnonce"] = cnonce
        parts["response"] = digest_response(algorithm, self.username, self.password, realm, method, uri, nonce, tail)
        if "opaque" in offer:
            parts["opaque"] = offer["opaque"]
        if "algorithm" in offer:
            plain += f", algorithm={offer['algorithm']}"
        quoted = ", ".join(f'{name}="{_escaped(value)}"' for name, value in parts.items())
        return f"Digest {quoted}{plain}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _strength(challenge: Challenge) -> tuple[int, Challenge] | None:
    if challenge.scheme == "basic":
        return 0, challenge
    algorithm = challenge.parameters.get("algorithm", "MD5").upper()
    offered = challenge.parameters.get("qop", "auth").replace(" ", "").split(",")
    if challenge.scheme != "digest" or algorithm not in _HASHES or "auth" not in offered:
        return None
    return (2 if algorithm == "SHA-256" else 1), challenge
