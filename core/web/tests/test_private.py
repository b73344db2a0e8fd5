"""What of an event is not for all who may see it is told to nobody else: in lists, by search, live, as a find."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from asgiref.sync import sync_to_async
from pydantic import BaseModel

from core.access.models import Role
from core.cameras.models import Camera
from core.events.services import record, wire
from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.events import Event, EventTypeSpec
from core.hookspecs.marks import hookimpl
from core.pluginhost import host
from core.replays.models import Replay
from core.replays.services import forget_finds
from core.tasks.jobs import State
from core.web.tests.secrets import secret_of
from core.web.tests.test_topics import send

pytestmark = [pytest.mark.django_db(transaction=True)]
START_MS = 1_780_000_020_000
ALL, REST = {"name": "Ada", "looks": 3}, {"looks": 3}


class Greeting(BaseModel):
    name: str = ""
    looks: int = 1


GREETED = EventTypeSpec("greeter.greeted", "Somebody greeted", Greeting, ("name",), "greeter.know")


@pytest.fixture
def gate(transactional_db: None) -> Iterator[Camera]:
    """A camera whose events name somebody, for who holds `greeter.know`."""

    @hookimpl
    def register_event_types() -> list[EventTypeSpec]:
        return [GREETED]

    @hookimpl
    def register_permissions() -> list[PermissionSpec]:
        return [PermissionSpec("greeter.know", "Know who people are", Scope.CAMERA)]

    hooks = SimpleNamespace(register_event_types=register_event_types, register_permissions=register_permissions)
    with host().registered(hooks, "greeter"):
        yield Camera.objects.create(name="gate", driver="none")


@pytest.fixture
def clients(gate: Camera, person: Callable[..., Any], client_of: Callable[..., Any]) -> dict[str, Any]:
    """Somebody who may know names at this camera, somebody who may not, both who may see its events."""
    found = {}
    for name, more in (("knows", ["greeter.know"]), ("guard", [])):
        permissions = ["camera.view", "camera.playback", "camera.manage", "event.view", *more]
        Role.objects.create(name=name, title=name, permissions=permissions)
        found[name] = client_of(person(name, name, gate.pk))
    return found


@pytest.fixture
def event(gate: Camera) -> Event:
    """Ada was greeted."""
    return record(GREETED.name, gate.pk, START_MS, START_MS, ALL)


def test_events_are_told_without_what_one_may_not_know(clients: dict[str, Any], event: Event) -> None:
    for name, expected in (("knows", ALL), ("guard", REST)):
        (listed,) = clients[name].get("/api/v1/events/").json()["results"]
        assert listed["attributes"] == expected
        assert clients[name].get(f"/api/v1/events/{event.id}/").json()["attributes"] == expected


@pytest.mark.parametrize(("text", "found"), [("Ada", (1, 0)), ("ADA", (1, 0)), ("greeted", (1, 1)), ("Bea", (0, 0))])
def test_a_search_betrays_nobody(clients: dict[str, Any], event: Event, text: str, found: tuple[int, int]) -> None:
    counts = [len(clients[name].get("/api/v1/events/", {"text": text}).json()["results"]) for name in clients]
    assert tuple(counts) == found


def test_finds_are_told_without_it_and_deleted(clients: dict[str, Any], gate: Camera) -> None:
    numbers = {"start_ms": START_MS, "end_ms": START_MS}
    place = {"label": "face", "box": [0.1, 0.2, 0.3, 0.4], "peak_ms": START_MS, "score": 1.0}
    finds = [place | numbers | {"event_type": kind, "attributes": ALL} for kind in (GREETED.name, "camera.online")]
    job = Replay.objects.create(
        camera=gate, detector="x", settings={}, state=State.DONE, finds=finds, created_ms=START_MS, **numbers
    )
    path = f"/api/v1/cameras/{gate.pk}/replays/{job.pk}/"
    for name, expected in (("knows", ALL), ("guard", REST)):
        said = [one["attributes"] for one in clients[name].get(path).json()["finds"]]
        assert said == [expected, ALL]
    assert forget_finds(GREETED.name, lambda said, start_ms: said["name"] == "Bea" or start_ms < START_MS) == 0
    assert forget_finds(GREETED.name, lambda said, start_ms: said["name"] == "Ada") == 1
    assert [one["event_type"] for one in clients["knows"].get(path).json()["finds"]] == ["camera.online"]


async def test_the_websocket_says_no_more(served: str, clients: dict[str, Any], event: Event) -> None:
    heard = {name: await _heard(served, name, event) for name in clients}
    assert heard == {"knows": ALL, "guard": REST}


async def _heard(served: str, name: str, event: Event) -> dict[str, Any]:
    headers = {"Authorization": f"Token {await sync_to_async(secret_of)(name)}"}
    async with asyncio.timeout(30), websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as socket:
        await socket.send(json.dumps({"op": "subscribe", "topic": "events.recorded"}))
        assert json.loads(await socket.recv())["op"] == "subscribed"
        await send("events.recorded", wire(event))
        attributes: dict[str, Any] = json.loads(await socket.recv())["message"]["attributes"]
        return attributes


@pytest.mark.parametrize(("private", "permission", "why"), [(("nmae",), "a.b", "nmae"), (("name",), "", "permission")])
def test_a_type_that_would_hide_nothing_is_refused(private: tuple[str, ...], permission: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        EventTypeSpec("greeter.greeted", "Somebody greeted", Greeting, private, permission)
