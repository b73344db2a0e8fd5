"""Names of those whom detectors recognised: told to who may know, live and of recordings; forgotten, they are gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from asgiref.sync import sync_to_async
from pydantic import BaseModel, ConfigDict

from core.access.models import Role
from core.analyser.watching import Spectators
from core.cameras.models import Camera
from core.configuration import configuration
from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.detectors import DetectorSpec, FrameRequest, Naming, TrackedObject, TrackPoint, Tracks
from core.hookspecs.marks import hookimpl
from core.pluginhost import host
from core.recording.object_store import store_objects
from core.recording.objects import SeenBox
from core.testing.clock import FakeClock
from core.web.naming import AGAIN_S, MOST, LiveNames, names_of
from core.web.rest.times import rfc3339
from core.web.tests.secrets import secret_of
from core.web.tests.test_hidden_objects import _watched

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
START_MS = 1_780_000_020_000
BOX = (0.1, 0.2, 0.3, 0.4)
ADA, STRANGER, READ = "greeter-abc-1", "greeter-abc-2", "objects-abc-1"


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Book:
    """Who is known, by camera and track; counts how often it is asked."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], str] = {}
        self.asked = 0
        self.fails = False

    def names(self, camera_id: int, tracks: Collection[str]) -> Mapping[str, str]:
        self.asked += 1
        if self.fails:
            raise RuntimeError("the book is lost")
        return {track: self.known[camera_id, track] for track in tracks if (camera_id, track) in self.known}


@pytest.fixture
def book(transactional_db: None) -> Iterator[Book]:
    """A detector that recognises people; `greeter.know` is the right to be told who they are."""
    made = Book()
    spec = DetectorSpec(
        "greeter",
        "Greeter",
        Nothing,
        lambda settings: FrameRequest(),
        lambda settings: pytest.fail("nobody looks here"),
        naming=Naming("greeter.know", made.names),
    )

    @hookimpl
    def register_detectors() -> list[DetectorSpec]:
        return [spec]

    @hookimpl
    def register_permissions() -> list[PermissionSpec]:
        return [PermissionSpec("greeter.know", "Know who people are", Scope.CAMERA)]

    hooks = SimpleNamespace(register_detectors=register_detectors, register_permissions=register_permissions)
    with host().registered(hooks, "greeter"):
        yield made


@pytest.fixture
def gate(book: Book) -> Camera:
    """A camera at which Ada is known."""
    camera = Camera.objects.create(name="gate", driver="none")
    book.known[camera.pk, ADA] = "Ada"
    return camera


@pytest.fixture
def allowed(gate: Camera, person: Callable[..., Any]) -> Callable[..., Any]:
    """`allowed("jo", "greeter.know")`: somebody who watches the camera and holds this there, too."""

    def make(name: str, *permissions: str) -> Any:
        watches = ["camera.view", "camera.live", "camera.playback", *permissions]
        Role.objects.create(name=name, title=name, permissions=watches)
        return person(name, name, gate.pk)

    return make


@pytest.mark.parametrize(
    ("permissions", "texts"),
    [
        (("greeter.know", "event.view"), ["Ada", "", "B-AB 1"]),
        (("greeter.know",), ["Ada", "", ""]),
        (("event.view",), ["", "", "B-AB 1"]),
        ((), ["", "", ""]),
    ],
)
def test_names_at_recorded_boxes_are_for_who_may_know_them(
    gate: Camera, book: Book, allowed: Callable[..., Any], client_of: Callable[..., Any], permissions: Any, texts: Any
) -> None:
    rows = [("greeter", ADA, "face", ""), ("greeter", STRANGER, "face", ""), ("objects", READ, "car", "B-AB 1")]
    store_objects(
        {gate.pk: [SeenBox(START_MS, name, track, label, 0.9, BOX, text) for name, track, label, text in rows]}
    )
    query = {"start": rfc3339(START_MS - 1000), "end": rfc3339(START_MS + 9000)}
    client, path = client_of(allowed("jo", *permissions)), f"/api/v1/cameras/{gate.pk}/objects/"
    answer = client.get(path, query)
    assert [(one["id"], one["text"]) for one in answer.json()["tracks"]] == list(
        zip((ADA, STRANGER, READ), texts, strict=True)
    )
    if "greeter.know" not in permissions:
        assert b"Ada" not in answer.content
        assert not book.asked
    book.known.clear()
    assert b"Ada" not in client.get(path, query).content


async def test_live_names_reach_who_may_know_them(served: str, gate: Camera, allowed: Callable[..., Any]) -> None:
    data = configuration().data
    (data / "run").mkdir(exist_ok=True)
    spectators = Spectators(data)
    await spectators.start()
    try:
        await sync_to_async(allowed)("knows", "greeter.know")
        await sync_to_async(allowed)("guard", "event.view")
        heard = {name: await _heard(served, name, spectators, gate.pk) for name in ("knows", "guard")}
    finally:
        await spectators.stop()
    assert heard == {"knows": {ADA: "Ada", STRANGER: "", READ: ""}, "guard": {ADA: "", STRANGER: "", READ: "B-AB 1"}}


async def _heard(served: str, name: str, spectators: Spectators, camera_id: int) -> dict[str, str]:
    headers = {"Authorization": f"Token {await sync_to_async(secret_of)(name)}"}
    async with asyncio.timeout(30), websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as socket:
        await socket.send(json.dumps({"op": "subscribe", "topic": "cameras.objects"}))
        assert json.loads(await socket.recv())["op"] == "subscribed"
        await _watched(spectators)
        shown = (TrackPoint(5, BOX, 0.9),)
        tracks = [TrackedObject(ADA, "face", shown), TrackedObject(STRANGER, "face", shown)]
        tracks.append(TrackedObject(READ, "car", shown, text="B-AB 1"))
        spectators.tracks(Tracks(camera_id, 5, tuple(tracks)))
        message = json.loads(await socket.recv())["message"]
        return {one["id"]: one["text"] for one in message["objects"]}


async def test_a_live_name_is_asked_for_seldom_and_forgotten_soon(gate: Camera, book: Book) -> None:
    clock = FakeClock()
    names = LiveNames(clock)
    for _ in range(3):
        assert await names.of("greeter", gate.pk, [ADA, STRANGER]) == {ADA: "Ada"}
    assert await names.of("greeter", gate.pk + 1, [ADA]) == {}
    assert book.asked == 2
    book.known = {(gate.pk, STRANGER): "Bea"}
    clock.advance(AGAIN_S)
    assert await names.of("greeter", gate.pk, [ADA, STRANGER]) == {STRANGER: "Bea"}
    await names.of("greeter", gate.pk, [f"greeter-x-{number}" for number in range(MOST + 5)])
    assert len(names._known) == MOST


def test_a_plugin_that_fails_or_is_gone_names_nobody(gate: Camera, book: Book) -> None:
    assert names_of("greeter", gate.pk, [ADA]) == {ADA: "Ada"}
    assert names_of("gone", gate.pk, [ADA]) == {}
    book.fails = True
    assert names_of("greeter", gate.pk, [ADA]) == {}
    assert "names of detector greeter" in host().plugins["greeter"].failing
