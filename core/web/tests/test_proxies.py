"""Who the client is behind proxies, and that nobody else is believed."""

from __future__ import annotations

from typing import Any

import pytest

from core.web.proxies import Behind

TRUSTED = ["10.0.0.0/24", "fd00::5"]


async def settled(peer: str, *headers: tuple[str, str], kind: str = "http", trusted: list[str] | None = None) -> Any:
    seen: dict[str, Any] = {}

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.update(scope)

    scope = {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "client": (peer, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await Behind(application, TRUSTED if trusted is None else trusted)(scope, None, None)
    return seen["client"][0], seen["scheme"]


FORWARDED = (("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"))


async def test_a_trusted_proxy_is_believed() -> None:
    assert await settled("10.0.0.5", *FORWARDED) == ("203.0.113.9", "https")
    assert await settled("10.0.0.5", *FORWARDED, kind="websocket") == ("203.0.113.9", "wss")


@pytest.mark.parametrize("peer", ["10.0.1.5", "127.0.0.1", "::1", "fd00::6"])
async def test_anybody_else_is_not(peer: str) -> None:
    assert await settled(peer, *FORWARDED) == (peer, "http")


async def test_without_trusted_proxies_not_even_this_machine_is_believed() -> None:
    assert await settled("127.0.0.1", *FORWARDED, trusted=[]) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),  # two proxies of ours
        ("10.0.0.66, 203.0.113.9", "203.0.113.9"),  # the client made the first part up
        ("1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),  # a client among the proxies
        ("<script>, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, nonsense", "10.0.0.5"),  # the proxy itself tells nonsense
        ("203.0.113.9, nonsense, 10.0.0.7", "10.0.0.7"),
        ("", "10.0.0.5"),
        ("203.0.113.9:51000", "203.0.113.9"),
        ("[2001:db8::1]:51000", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
async def test_the_nearest_that_is_no_proxy_of_ours_is_the_client(told: str, client: str) -> None:
    assert (await settled("10.0.0.5", ("x-forwarded-for", told)))[0] == client


async def test_headers_may_come_in_parts() -> None:
    parts = (("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "203.0.113.9"))
    assert (await settled("10.0.0.5", *parts))[0] == "203.0.113.9"


async def test_an_odd_scheme_changes_nothing() -> None:
    assert (await settled("10.0.0.5", ("x-forwarded-proto", "gopher")))[1] == "http"


async def test_ipv4_carried_by_ipv6_is_ipv4() -> None:
    assert await settled("::ffff:10.0.0.5", *FORWARDED) == ("203.0.113.9", "https")
    assert await settled("::ffff:192.0.2.7") == ("192.0.2.7", "http")
