"""Whoever asks too often waits, and nobody else does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse

from core.testing.clock import FakeClock
from core.web.buckets import Buckets
from core.web.limits import Limits, _is_heavy
from core.web.socket.seats import SEATS


def test_a_bucket_holds_a_minutes_worth_and_fills_again() -> None:
    clock = FakeClock()
    buckets = Buckets(60, clock)
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") == pytest.approx(1.0)
    assert buckets.take("b") == 0.0
    clock.advance(0.5)
    assert buckets.take("a") == pytest.approx(0.5), "being refused costs nothing"
    clock.advance(0.5)
    assert buckets.take("a") == 0.0
    clock.advance(3600)
    assert [buckets.take("a") for _ in range(61)].count(0.0) == 60


def test_no_limit_is_none() -> None:
    buckets = Buckets(0, FakeClock())
    assert not any(buckets.take("a") for _ in range(1000)) and len(buckets) == 0


def test_memory_is_bounded_however_many_ask() -> None:
    buckets = Buckets(1, FakeClock(), most=100)
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets) == 100
    assert buckets.take("999") > 0 and buckets.take("0") == 0.0


@pytest.fixture
def limits(settings: Any) -> Limits:
    few = {"reads_per_minute": 4, "writes_per_minute": 2, "heavy_per_minute": 1}
    settings.CONFIG = settings.CONFIG.model_copy(update=few)
    return Limits(lambda request: HttpResponse(), FakeClock())


HERE = "192.0.2.1"


class Asker:
    """Requests as a view would get them."""

    def __init__(self, limits: Limits, rf: Any) -> None:
        self._limits, self._rf = limits, rf

    def __call__(
        self,
        method: str = "GET",
        path: str = "/api/v1/x/",
        user: int = 0,
        address: str = "192.0.2.1",
        heavy: bool = False,
    ) -> Any:
        request = self._rf.generic(method, path, REMOTE_ADDR=address, HTTP_AUTHORIZATION="Token made up")
        request.session = {"_auth_user_id": str(user)} if user else {}
        return self._limits.process_view(
            request, SimpleNamespace(cls=SimpleNamespace(heavy={method} if heavy else ())), (), {}
        )


@pytest.fixture
def ask(limits: Limits, rf: Any) -> Asker:
    return Asker(limits, rf)


def test_reads_writes_and_what_takes_long_have_limits_of_their_own(ask: Asker) -> None:
    assert [ask("POST", user=7) for _ in range(2)] == [None, None]
    refused = ask("POST", user=7)
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    assert b"too often; try again in 30 s" in refused.content
    assert ask(user=7, heavy=True) is None
    assert ask(user=7, heavy=True)["Retry-After"] == "60"
    assert [ask(user=7) for _ in range(2)] == [None, None]
    assert ask(user=7).status_code == 429


def test_users_of_one_address_do_not_share(ask: Asker) -> None:
    assert [ask("POST", user=user) for user in (1, 2, 3) for _ in range(2)] == [None] * 6
    assert [ask("POST") for _ in range(2)] == [None, None], "nor does who is not signed in"
    assert ask("POST").status_code == 429


def test_an_address_cannot_be_someone_else_by_what_it_says(ask: Asker) -> None:
    assert [ask("POST", address="2001:db8::1"), ask("POST", address="2001:db8::2")] == [None, None]
    assert ask("POST", address="2001:db8::ffff:3").status_code == 429, "one customer has a /64"
    assert ask("POST", address="2001:db8:0:1::1") is None


def test_a_page_is_told_in_words(ask: Asker) -> None:
    for _ in range(4):
        ask(path="/cameras/", user=1)
    refused = ask(path="/cameras/", user=1)
    assert refused.status_code == 429 and refused["Content-Type"].startswith("text/plain")


def test_what_takes_long_is_declared_by_its_view() -> None:
    from django.urls import resolve

    exports = resolve("/api/v1/exports/").func
    assert _is_heavy(exports, "POST") and not _is_heavy(exports, "GET")
    assert not _is_heavy(resolve("/api/v1/cameras/").func, "POST")


def test_the_limits_are_in_force(db: None, settings: Any, person: Any) -> None:
    from django.test import Client

    settings.CONFIG = settings.CONFIG.model_copy(update={"writes_per_minute": 1})
    client = Client()
    body = {"content_type": "application/json"}
    first = client.post("/api/v1/auth/login/", {"username": "x", "password": "y"}, **body)
    second = client.post("/api/v1/auth/login/", {"username": "x", "password": "y"}, **body)
    assert first.status_code != 429
    assert second.status_code == 429 and int(second["Retry-After"]) in range(1, 61)
    assert second["X-Content-Type-Options"] == "nosniff"


async def test_a_user_has_so_many_websockets_and_gets_a_place_back(
    served: str, session_of: Any, settings: Any, transactional_db: None
) -> None:
    from websockets.asyncio.client import connect

    settings.CONFIG = settings.CONFIG.model_copy(update={"sockets_per_user": 2})
    sessions = [await session_of(name, "viewer") for name in ("jo", "mo")]
    jo, mo = ({"Authorization": session.headers["Authorization"]} for session in sessions)

    async def code(headers: dict[str, str]) -> int | None:
        """The close code of one more connection; None when it lasts."""
        socket = await connect(f"ws://{served}/ws/v1/", additional_headers=headers)
        try:
            await asyncio.wait_for(socket.wait_closed(), 0.5)
        except TimeoutError:
            await socket.close()
            return None
        return socket.close_code

    first = await connect(f"ws://{served}/ws/v1/", additional_headers=jo)
    second = await connect(f"ws://{served}/ws/v1/", additional_headers=jo)
    await eventually(lambda: sum(SEATS._taken.values()) == 2)
    assert await code(jo) == 4429
    assert await code(mo) is None
    await first.close()
    await eventually(lambda: sum(SEATS._taken.values()) == 1)
    assert await code(jo) is None
    await second.close()
    await eventually(lambda: not SEATS._taken)


async def eventually(happens: Any) -> None:
    async with asyncio.timeout(20):
        while not happens():  # noqa: ASYNC110  nobody tells of it
            await asyncio.sleep(0.02)
