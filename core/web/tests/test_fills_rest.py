"""Fetching from cameras over REST, and how the timeline tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from core.cameras.models import Camera
from core.edge.models import Fill
from core.edge.services import cancel_fill, request_fill
from core.edge.tests.conftest import Keeper, keeper
from core.hookspecs.edge import EdgeStretch
from core.media.source import Fault, SourceError
from core.media.tests.footage import START_MS
from core.recording.models import Segment
from core.recording.tests.recorded import make_volume, record
from core.tasks.jobs import State
from core.web.rest.fills import MOST_WAITING
from core.web.rest.times import rfc3339

__all__ = ["keeper"]
pytestmark = pytest.mark.django_db(databases="__all__")
RANGE = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 60_000)}


@pytest.fixture
def camera(keeper: Keeper) -> Camera:
    keeper.stretches = [EdgeStretch("card", START_MS - 5_000, START_MS + 10_000)]
    return Camera.objects.create(name="gate", driver="keeper")


@pytest.fixture
def operator(client_of: Any, person: Any) -> Any:
    return client_of(person("otto", "operator"))


def test_the_card_is_looked_into(camera: Camera, operator: Any, keeper: Keeper) -> None:
    reply = operator.get(f"/api/v1/cameras/{camera.pk}/card/", RANGE)
    assert reply.json() == {"results": [{"start": rfc3339(START_MS), "end": rfc3339(START_MS + 10_000)}]}
    keeper.fail_after, keeper.error = 0, SourceError(Fault.ADDRESS, "gate cannot be reached.")
    reply = operator.get(f"/api/v1/cameras/{camera.pk}/card/", RANGE)
    assert (reply.status_code, reply.json()["detail"]) == (502, "gate cannot be reached.")
    assert operator.get(f"/api/v1/cameras/{camera.pk}/card/").status_code == 400


def test_a_range_is_asked_for_and_given_up(camera: Camera, operator: Any) -> None:
    url = f"/api/v1/cameras/{camera.pk}/fills/"
    made = operator.post(url, RANGE, format="json")
    assert made.status_code == 202, made.content
    number = made.json()["id"]
    assert made.json() | {"id": 0} == {
        "id": 0,
        "camera": camera.pk,
        "state": "queued",
        "cancelling": False,
        "requester": "otto",
        "error": "",
        "start": RANGE["start"],
        "end": RANGE["end"],
        "at": RANGE["start"],
        "due": None,
        "fetched_seconds": 0.0,
        "bytes": 0,
    }
    assert [row["id"] for row in operator.get(url).json()["results"]] == [number]
    assert operator.post(f"{url}{number}/cancel/").json()["state"] == "cancelled"
    assert operator.get(f"{url}{number}/").json()["state"] == "cancelled"
    assert operator.get(f"{url}{number + 1}/").status_code == 404


def test_what_cannot_be_asked_for(camera: Camera, operator: Any) -> None:
    url = f"/api/v1/cameras/{camera.pk}/fills/"
    long = {"start": RANGE["start"], "end": rfc3339(START_MS + 25 * 3_600_000)}
    assert "24 h" in operator.post(url, long, format="json").json()["end"][0]
    for _ in range(MOST_WAITING):
        Fill.objects.create(camera=camera, start_ms=0, end_ms=1, requester="jo", created_ms=0)
    assert "waiting" in operator.post(url, RANGE, format="json").json()["camera"][0]
    Fill.objects.update(state=State.DONE)
    Camera.objects.update(settings={"empty": True})
    assert "keeps no recordings" in operator.post(url, RANGE, format="json").json()["camera"][0]


def test_rights(camera: Camera, client_of: Any, person: Any) -> None:
    viewer = client_of(person("eve", "viewer"))
    for path in ("card/", "fills/", "fills/1/"):
        assert viewer.get(f"/api/v1/cameras/{camera.pk}/{path}", RANGE).status_code == 403, path
    for path in ("fills/", "fills/1/cancel/"):
        assert viewer.post(f"/api/v1/cameras/{camera.pk}/{path}", RANGE, format="json").status_code == 403, path


def test_the_timeline_tells_what_was_fetched(camera: Camera, operator: Any, storage_root: Any) -> None:
    volume = make_volume(storage_root)
    record(volume, camera.pk, seconds=10)
    record(volume, camera.pk, seconds=10, start_ms=START_MS + 10_000)
    newest = Segment.objects.order_by("-id").first()
    assert newest is not None
    Segment.objects.filter(pk=newest.pk).update(edge=True)
    told = operator.get("/api/v1/recordings/", RANGE | {"camera": camera.pk}).json()
    assert len(told["ranges"]) == 1
    assert told["fetched"] == [
        {"camera": camera.pk, "start": rfc3339(START_MS + 10_000), "end": rfc3339(START_MS + 20_000)}
    ]
    assert operator.get("/api/v1/cameras/").json()["results"][0]["keeps"] is True


def test_all_cameras_jobs_are_listed_to_who_may_play_them(
    camera: Camera, operator: Any, client_of: Any, person: Any
) -> None:
    mine = request_fill(camera.pk, START_MS, START_MS + 1000, "otto")
    over = request_fill(camera.pk, START_MS, START_MS + 2000, "otto")
    running = request_fill(camera.pk, START_MS, START_MS + 3000, "otto")
    Fill.objects.filter(pk=running.pk).update(state=State.RUNNING)
    cancel_fill(over)

    def listed(query: str = "", client: Any = operator) -> list[int]:
        return [row["id"] for row in client.get(f"/api/v1/fills/{query}").json()["results"]]

    assert listed() == [running.pk, over.pk, mine.pk]
    assert listed("?over=no") == [running.pk, mine.pk]
    assert listed("?over=yes") == [over.pk]
    assert operator.get("/api/v1/fills/?over=maybe").status_code == 400
    other = Camera.objects.create(name="yard", driver="keeper")
    guest = person("gina", "operator", other.pk)
    assert listed(client=client_of(guest)) == []
    assert client_of(person("nora")).get("/api/v1/fills/").status_code == 403
