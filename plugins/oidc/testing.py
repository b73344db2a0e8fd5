"""A real provider of single sign-on for tests: an HTTP server on this machine that signs what it says.

It signs everybody in as `person` at once. What a wrong or hostile one would do is set by `says`, `key` and `faults`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from core.api import SystemClock

CLIENT = "eyrie: the client"
SECRET = "secret & more"  # noqa: S105 - of a server that lives for one test


def new_key() -> rsa.RSAPrivateKey:
    """A key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class LocalProvider:
    """A running provider. person: claims of who signs in; says: claims that override the ID token's; key: what signs,
    which need not be the key that it names; wants: `post` or `basic`; denies: an error instead of a code.
    """

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "preferred_username": "anna"})
    says: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    named: rsa.RSAPrivateKey = field(default_factory=new_key)
    key: Any = None
    algorithm: str = "RS256"
    kid: str = "one"
    wants: str = "post"
    denies: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def settings(self, **other: Any) -> dict[str, Any]:
        """Settings that fit it."""
        return {"issuer": self.url, "client_id": CLIENT, "client_secret": SECRET, **other}

    def discovery(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": [f"client_secret_{self.wants}"],
        }

    def keys(self) -> dict[str, Any]:
        """The keys that it names, with one for another purpose."""
        public = json.loads(RSAAlgorithm.to_jwk(self.named.public_key()))
        return {"keys": [{**public, "kid": self.kid, "alg": "RS256", "use": "sig"}, {"kty": "oct", "use": "enc"}]}

    def authorized(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        if self.denies:
            told = {"error": self.denies, "state": query["state"]}
        else:
            code = secrets.token_urlsafe(8)
            self.codes[code] = query
            told = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(told)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code, once."""
        if not self._knows(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = SystemClock().wall_ms() // 1000
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= {**self.person, **self.says}
        key: Any = None if self.algorithm == "none" else self.key or self.named
        signed = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": self.kid})
        return 200, {"access_token": "open", "token_type": "Bearer", "id_token": signed}

    def _knows(self, form: dict[str, str], authorization: str) -> bool:
        if self.wants == "basic":
            pair = b64decode(authorization.removeprefix("Basic ")).decode()
            return [unquote(part) for part in pair.split(":")] == [CLIENT, SECRET]
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)


@contextlib.contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """Run one on a free port of this machine."""
    provider = LocalProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(provider: LocalProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorized(_flat(parts.query)))
                self.end_headers()
                return
            if parts.path == "/userinfo" and self.headers["Authorization"] != "Bearer open":
                self._say(401, {"error": "invalid_token"})
                return
            pages: dict[str, Callable[[], dict[str, Any]]] = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.keys,
                "/userinfo": lambda: {**provider.person, **provider.userinfo},
            }
            found = pages.get(parts.path)
            self._say(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._say(*provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Quietly."""

    return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
