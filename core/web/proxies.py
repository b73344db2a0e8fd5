"""Who the client is and how it speaks to us, behind proxies too: settled here, once, for HTTP and websockets.

Afterwards `scope["client"]`, and with it `REMOTE_ADDR`, is the client's own address and `scope["scheme"]` tells whether
it uses HTTPS. What a client says of itself in X-Forwarded-For and -Proto counts only when it comes from a proxy of
`EYRIE_TRUSTED_PROXIES`; anybody else may write there what they like.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
_SECURE = {"https": True, "wss": True, "http": False, "ws": False}


class Behind:
    """ASGI application of clients behind trusted proxies. trusted: addresses and networks."""

    def __init__(self, application: Any, trusted: Iterable[str]) -> None:
        self._application = application
        self._trusted = [ip_network(one) for one in trusted]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Hand on with client and scheme as they really are."""
        if scope.get("client"):
            scope = self._settled(scope)
        await self._application(scope, receive, send)

    def _settled(self, scope: dict[str, Any]) -> dict[str, Any]:
        host, port = scope["client"]
        peer = _address(host)
        if peer is None:
            return scope
        if not self._trusts(peer):
            return {**scope, "client": (str(peer), port)}
        client = self._client(_values(scope, b"x-forwarded-for")) or peer
        return {**scope, "client": (str(client), port if client == peer else 0), "scheme": _scheme(scope)}

    def _client(self, given: list[str]) -> Address | None:
        """The nearest address that is no proxy of ours: each proxy adds at the end whom it was asked by."""
        client = None
        for text in reversed(given):
            found = _address(text)
            if found is None:
                return client  # from here on nothing is to be believed
            client = found
            if not self._trusts(found):
                return client
        return client

    def _trusts(self, one: Address) -> bool:
        return any(one in network for network in self._trusted)


def _scheme(scope: dict[str, Any]) -> str:
    told = _values(scope, b"x-forwarded-proto")
    if not told or told[-1] not in _SECURE:
        return str(scope["scheme"])
    plain = "ws" if scope["type"] == "websocket" else "http"
    return f"{plain}s" if _SECURE[told[-1]] else plain


def _values(scope: dict[str, Any], name: bytes) -> list[str]:
    found = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [part.strip().lower() for value in found for part in value.split(",")]


def _address(text: str) -> Address | None:
    """An address as proxies write it, with or without a port; one that IPv6 only carries (::ffff:10.0.0.1) as IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
