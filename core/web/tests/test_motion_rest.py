"""Motion search over HTTP."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording.motion import GRID_BYTES, MINUTE_MS, MotionGrid, minute_of
from core.recording.motion_store import store_motion
from core.web.rest.motion import MOST_FINDS
from core.web.rest.times import rfc3339

pytestmark = pytest.mark.django_db(databases="__all__")
FIRST = minute_of(START_MS)
LEFT, RIGHT = "0,0;0.5,0;0.5,1;0,1", "0.5,0;1,0;1,1;0.5,1"


def span(end_ms: int = MINUTE_MS, **more: object) -> dict[str, object]:
    return {"start": rfc3339(FIRST), "end": rfc3339(FIRST + end_ms), **more}


@pytest.fixture
def camera() -> Camera:
    """Its top left cell moves for two seconds of a minute."""
    camera = Camera.objects.create(name="gate", driver="none")
    moved = b"\x80" + b"\0" * (GRID_BYTES - 1)
    store_motion({camera.pk: [MotionGrid(FIRST + 10_000, FIRST + 12_000, moved)]})
    return camera


def test_motion_is_found_where_it_was(client_of, person, camera: Camera) -> None:
    client = client_of(person("jo", "operator"))
    found = client.get("/api/v1/motion/search/", span(camera=camera.pk, region=LEFT)).json()
    assert found == {
        "next": None,
        "analysed": True,
        "results": [
            {
                "camera": camera.pk,
                "start": rfc3339(FIRST + 10_000),
                "end": rfc3339(FIRST + 12_000),
                "peak": rfc3339(FIRST + 10_000),
                "share": round(1 / (32 * 36), 4),
            }
        ],
    }
    assert client.get("/api/v1/motion/search/", span(region=RIGHT)).json()["results"] == []
    whole = client.get("/api/v1/motion/search/", span()).json()
    assert [one["camera"] for one in whole["results"]] == [camera.pk]


def test_a_search_is_gone_on_with(client_of, person, camera: Camera) -> None:
    moved = b"\xff" * GRID_BYTES
    later = [MotionGrid(FIRST + n * MINUTE_MS, FIRST + n * MINUTE_MS + 1000, moved) for n in range(1, 6)]
    store_motion({camera.pk: later})
    client, asked, starts = client_of(person("jo", "operator")), span(6 * MINUTE_MS, limit=2), []
    while asked["end"]:
        page = client.get("/api/v1/motion/search/", asked).json()
        starts += [one["start"] for one in page["results"]]
        asked["end"] = page["next"]
    assert starts == [rfc3339(at) for at in (*(FIRST + n * MINUTE_MS for n in (5, 4, 3, 2, 1)), FIRST + 10_000)]


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"region": "0,0;1,1"}, "region", "three corners"),
        ({"region": "0,0;1,0;1,nan"}, "region", "between 0 and 1"),
        ({"region": "0,0;1,0;1,x"}, "region", "no list of corners"),
        ({"region": ";".join(["0,0"] * 101)}, "region", "101 corners"),
        ({"limit": MOST_FINDS + 1}, "limit", f"from 1 to {MOST_FINDS}"),
        ({"limit": "some"}, "limit", "whole number"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(client_of, person, camera, more, field, words) -> None:
    answer = client_of(person("jo", "operator")).get("/api/v1/motion/search/", span(**more))
    assert answer.status_code == 400
    assert words in answer.json()[field][0]


def test_only_cameras_that_one_may_play_are_searched(client_of, person, camera: Camera) -> None:
    other = Camera.objects.create(name="other", driver="none")
    store_motion({other.pk: [MotionGrid(FIRST, FIRST + 1000, b"\xff" * GRID_BYTES)]})
    person("jo", "viewer", other.pk)
    client = client_of(person("jo", "operator", camera.pk))
    assert client.get("/api/v1/motion/search/", span(camera=other.pk)).status_code == 403
    assert client.get("/api/v1/motion/search/", span(camera=999)).status_code == 404
    assert {one["camera"] for one in client.get("/api/v1/motion/search/", span()).json()["results"]} == {camera.pk}
