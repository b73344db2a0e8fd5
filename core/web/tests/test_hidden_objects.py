"""Where somebody is under a privacy mask is told to nobody who may not see what lies there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from asgiref.sync import sync_to_async

from core.access.models import Role
from core.analyser.watching import Spectators
from core.cameras.models import Camera
from core.configuration import configuration
from core.events.services import record
from core.hookspecs.detectors import TrackedObject, TrackPoint, Tracks
from core.hookspecs.events import SeenObject
from core.recording.object_store import store_objects
from core.recording.objects import SeenBox
from core.replays.models import Replay
from core.tasks.jobs import State
from core.web.rest.times import rfc3339
from core.web.tests.secrets import secret_of
from core.web.tests.test_topics import send

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
START_MS = 1_780_000_020_000
LEFT = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
UNDER, BESIDE = (0.1, 0.2, 0.2, 0.6), (0.7, 0.2, 0.2, 0.6)
MOSTLY_UNDER, HARDLY_UNDER = (0.3, 0.2, 0.3, 0.6), (0.4, 0.2, 0.4, 0.6)


@pytest.fixture
def yard(transactional_db) -> Camera:
    return Camera.objects.create(name="yard", driver="none", masks=[LEFT])


@pytest.fixture
def clients(yard: Camera, person, client_of) -> dict[str, Any]:
    """Somebody who may not see under masks, somebody who may."""
    permissions = ["camera.view", "camera.live", "camera.playback", "camera.manage", "event.view"]
    Role.objects.create(name="fitter", title="Fitter", permissions=permissions)
    return {"jo": client_of(person("jo", "fitter", yard.pk)), "root": client_of(person("root", "administrator"))}


def test_recorded_tracks_end_at_a_mask(yard, clients) -> None:
    way = [UNDER, MOSTLY_UNDER, HARDLY_UNDER, BESIDE]
    walked = [SeenBox(START_MS + 500 * n, "objects", "t-1", "person", 0.9, box) for n, box in enumerate(way)]
    store_objects({yard.pk: [*walked, SeenBox(START_MS, "objects", "t-2", "person", 0.9, UNDER)]})
    query = {"start": rfc3339(START_MS - 1000), "end": rfc3339(START_MS + 9000)}
    seen = {
        name: {one["id"]: one["points"] for one in client.get(_path(yard, "objects"), query).json()["tracks"]}
        for name, client in clients.items()
    }
    assert [point[0] for point in seen["jo"]["t-1"]] == [START_MS + 1000, START_MS + 1500]
    assert "t-2" not in seen["jo"]
    assert len(seen["root"]["t-1"]) == 4
    assert "t-2" in seen["root"]


def test_what_the_camera_covers_itself_was_never_seen_there(yard, clients) -> None:
    yard.masks_at_camera, yard.masks_since_ms = [LEFT], START_MS
    yard.save()
    store_objects({yard.pk: [SeenBox(START_MS + 1000, "objects", "t-1", "person", 0.9, UNDER)]})
    for start, shown in ((START_MS, 1), (START_MS - 1000, 0)):  # earlier pictures are covered by Eyrie
        query = {"start": rfc3339(start), "end": rfc3339(START_MS + 9000)}
        assert len(clients["jo"].get(_path(yard, "objects"), query).json()["tracks"]) == shown


def test_events_tell_that_somebody_was_there_but_not_where(yard, clients) -> None:
    objects = [SeenObject("person", 0.9, UNDER, "t-1"), SeenObject("person", 0.8, BESIDE), SeenObject("person", 0.7)]
    event = record("camera.stalled", yard.pk, START_MS, objects=objects)
    expected = {"jo": [None, list(BESIDE), None], "root": [list(UNDER), list(BESIDE), None]}
    for name, boxes in expected.items():
        for found in (
            clients[name].get("/api/v1/events/").json()["results"][0],
            clients[name].get(f"/api/v1/events/{event.id}/").json(),
        ):
            assert [one["box"] for one in found["objects"]] == boxes, name
            assert [one["label"] for one in found["objects"]] == ["person"] * 3


def test_finds_are_told_without_their_place(yard, clients) -> None:
    finds = [{"event_type": "", "label": "person", "box": list(box), "start_ms": START_MS} for box in (UNDER, BESIDE)]
    job = Replay.objects.create(
        camera=yard,
        requester="root",
        detector="objects",
        settings={},
        start_ms=START_MS,
        end_ms=START_MS + 1000,
        state=State.DONE,
        created_ms=START_MS,
        finds=finds,
    )
    for name, boxes in {"jo": [None, list(BESIDE)], "root": [list(UNDER), list(BESIDE)]}.items():
        found = clients[name].get(_path(yard, f"replays/{job.pk}")).json()["finds"]
        assert [one["box"] for one in found] == boxes, name


async def test_live_boxes_and_events_stay_silent_about_masks(served, clients, yard) -> None:
    data = configuration().data
    (data / "run").mkdir(exist_ok=True)
    spectators = Spectators(data)
    await spectators.start()
    try:
        heard = {name: await _heard(served, name, spectators, yard) for name in clients}
    finally:
        await spectators.stop()
    assert heard["jo"] == (["t-2"], [None, list(BESIDE)])
    assert heard["root"] == (["t-1", "t-2"], [list(UNDER), list(BESIDE)])


async def _heard(served: str, name: str, spectators: Spectators, yard: Camera) -> tuple[list[str], list[object]]:
    """Ids of the objects of a live message, boxes of those of an event."""
    token = await sync_to_async(secret_of)(name)
    headers = {"Authorization": f"Token {token}"}
    async with asyncio.timeout(30), websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as socket:
        for topic in ("cameras.objects", "events.recorded"):
            await socket.send(json.dumps({"op": "subscribe", "topic": topic}))
            assert json.loads(await socket.recv())["op"] == "subscribed"
        await _watched(spectators)
        tracks = [_track(f"t-{n}", box) for n, box in enumerate((UNDER, BESIDE), 1)]
        spectators.tracks(Tracks(yard.pk, 5, tuple(tracks)))
        live = json.loads(await socket.recv())["message"]
        seen = [{"label": "person", "score": 0.9, "box": box, "track": ""} for box in (UNDER, BESIDE)]
        await send("events.recorded", {"id": 1, "camera_id": yard.pk, "start_ms": START_MS, "objects": seen})
        event = json.loads(await socket.recv())["message"]
        return [one["id"] for one in live["objects"]], [one["box"] and list(one["box"]) for one in event["objects"]]


async def _watched(spectators: Spectators) -> None:
    while True:
        if spectators._watching:
            return
        await asyncio.sleep(0.01)


def _track(name: str, box: tuple[float, float, float, float]) -> TrackedObject:
    return TrackedObject(name, "person", (TrackPoint(5, box, 0.9),))


def _path(camera: Camera, rest: str) -> str:
    return f"/api/v1/cameras/{camera.pk}/{rest}/"
