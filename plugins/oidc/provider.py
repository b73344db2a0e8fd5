"""What a provider says: where it is asked what (OpenID Connect Discovery 1.0), its keys, and who somebody is.

Each answer is bounded in time and size, no redirect is followed, and nothing is believed that is not signed by the
provider's own key for us (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from core.api import Clock, DirectoryError, DirectoryTrouble, SystemClock
from core.api.outgoing import Answer, RefusedAddress, Unreachable, networks, request
from plugins.oidc.settings import OidcSettings, is_safe

SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Keys that only the provider has. HS256 would be signed with the client's secret, `none` by nobody."""
SKEW_S = 60
TIMEOUT_S = 5.0
MOST_BYTES = 1_000_000
FRESH_S = 600.0
KEYS_AGAIN_S = 30.0
ANYWHERE = networks(["0.0.0.0/0", "::/0"])
"""A provider in the company's own network is the usual case; its address is entered by an administrator."""


class Refused(Exception):
    """The provider, or what it says, does not let somebody in; one sentence."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked what. userinfo: empty where it has none. basic: whether it wants the secret by HTTP."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    basic: bool


class Provider:
    """One provider. What it says of itself is remembered for ten minutes."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._endpoints: Endpoints | None = None
        self._keys: list[jwt.PyJWK] = []
        self._endpoints_until = self._keys_at = -FRESH_S

    def endpoints(self) -> Endpoints:
        """Where to ask. Raises DirectoryError."""
        if self._endpoints is None or self._clock.monotonic() >= self._endpoints_until:
            self._endpoints = self._discovered()
            self._endpoints_until = self._clock.monotonic() + FRESH_S
        return self._endpoints

    def _discovered(self) -> Endpoints:
        issuer = self._settings.issuer
        told = self._told("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise _refused(f"The provider calls itself {told.get('issuer')!r}; enter exactly that as its address.")
        found = {name: told.get(name) or "" for name in _NEEDED}
        for name, url in (*found.items(), ("userinfo_endpoint", told.get("userinfo_endpoint") or "")):
            if not isinstance(url, str) or (name in _NEEDED and not url) or (url and not is_safe(url)):
                raise _refused(f"The provider names no safe {name}; it must be an https address.")
        ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        authorization, token, keys = (str(found[name]) for name in _NEEDED)
        userinfo = told.get("userinfo_endpoint") or ""
        return Endpoints(authorization, token, keys, userinfo, "client_secret_post" not in ways)

    def keys(self, again: bool = False) -> list[jwt.PyJWK]:
        """The provider's keys; asked anew when a new one is in use, not too often. Raises DirectoryError."""
        age = self._clock.monotonic() - self._keys_at
        if age >= FRESH_S or (again and age >= KEYS_AGAIN_S):
            told = self._told("GET", self.endpoints().keys)
            self._keys = [key for one in told.get("keys") or () if (key := _key(one)) is not None]
            self._keys_at = self._clock.monotonic()
        return self._keys

    def address(self, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Where to send somebody to sign in. Raises DirectoryError."""
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = self.endpoints().authorization
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    def claims(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> dict[str, Any]:
        """Who came back with this code: the claims of the ID token, with those of userinfo beneath.

        Raises Refused, DirectoryError.
        """
        tokens = self._exchanged(code, redirect_uri, verifier)
        claims = self._verified(tokens.get("id_token"), nonce)
        access, endpoint = tokens.get("access_token"), self.endpoints().userinfo
        if not (endpoint and isinstance(access, str)):
            return claims
        more = self._told("GET", endpoint, {"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:  # it tells of somebody else (5.3.2)
            raise Refused("The provider contradicts itself about who you are.")
        return {**more, **claims}

    def _exchanged(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        client, secret = self._settings.client_id, self._settings.client_secret.get_secret_value()
        if secret and self.endpoints().basic:  # each part is encoded first (RFC 6749, 2.3.1)
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        else:
            form |= {"client_id": client} | ({"client_secret": secret} if secret else {})
        return self._told("POST", self.endpoints().token, headers, urlencode(form).encode())

    def _verified(self, token: object, nonce: str) -> dict[str, Any]:
        if not isinstance(token, str):
            raise Refused("The provider sent no ID token.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key_of(token),
                algorithms=list(SIGNED_BY),
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=SKEW_S,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise Refused(f"What the provider says does not hold: {error}.") from error
        if not compare_digest(str(claims.get("nonce", "")), nonce):
            raise Refused("What the provider says belongs to another sign-in.")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise Refused("What the provider says is for another client.")
        return claims

    def _key_of(self, token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(token).get("kid")
        for again in (False, True):
            found = [key for key in self.keys(again) if wanted is None or key.key_id == wanted]
            if len(found) == 1:
                return found[0]
        raise Refused("It is signed with a key that the provider does not name.")

    def _told(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> dict[str, Any]:
        try:
            answer = request(
                method,
                url,
                headers={"Accept": "application/json", **(headers or {})},
                body=body,
                allowed=ANYWHERE,
                timeout=TIMEOUT_S,
                most=MOST_BYTES,
                ca=self._settings.ca,
            )
        except Unreachable as error:
            raise DirectoryError(DirectoryTrouble.AWAY, str(error)) from error
        except RefusedAddress as error:
            raise _refused(str(error)) from error
        return _json(url, answer)


_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def _json(url: str, answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    if answer.status != 200 or not isinstance(told, dict):
        what = told.get("error", "") if isinstance(told, dict) else ""
        why = f"{answer.status}{f' {what}'[:80] if isinstance(what, str) and what else ''}"
        raise _refused(f"{url.partition('?')[0][:200]} answers {why}; check the address, the client and its secret.")
    return told


def _key(told: object) -> jwt.PyJWK | None:
    """A key for signatures; what is for something else, or unknown, is passed over."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK.from_dict(told)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in SIGNED_BY else None


def _refused(why: str) -> DirectoryError:
    return DirectoryError(DirectoryTrouble.REFUSED, why)


class Providers:
    """Those that this process has asked, by their settings."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[OidcSettings, Provider]] = {}

    def of(self, slug: str, settings: OidcSettings) -> Provider:
        """The provider of a directory; another one once its settings have changed."""
        with self._lock:
            known = self._known.get(slug)
            if known is None or known[0] != settings:
                known = settings, Provider(settings, self._clock)
                self._known[slug] = known
            return known[1]


PROVIDERS = Providers(SystemClock())
