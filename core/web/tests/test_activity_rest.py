"""What went on, step by step, over HTTP: motion for who may play a camera, loudness for who may listen too."""

from __future__ import annotations

import pytest

from core.access.models import Role
from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording.loudness import LoudLevel, store_loudness
from core.recording.motion import GRID_BYTES, MINUTE_MS, MotionGrid, minute_of
from core.recording.motion_store import store_motion
from core.web.rest.times import rfc3339

pytestmark = pytest.mark.django_db(databases="__all__")
FIRST = minute_of(START_MS)
ADDRESS = "/api/v1/activity/"


def span(end_ms: int = MINUTE_MS, **more: object) -> dict[str, object]:
    return {"start": rfc3339(FIRST), "end": rfc3339(FIRST + end_ms), **more}


def seen_and_heard(name: str) -> Camera:
    """Its top left cell moves for two seconds of a minute, and it is heard twice."""
    camera = Camera.objects.create(name=name, driver="none")
    moved = b"\x80" + b"\0" * (GRID_BYTES - 1)
    store_motion({camera.pk: [MotionGrid(FIRST + 10_000, FIRST + 12_000, moved)]})
    store_loudness({camera.pk: [LoudLevel(FIRST + 10_000, -40.5), LoudLevel(FIRST + 30_000, -12.0)]})
    return camera


@pytest.fixture
def camera() -> Camera:
    return seen_and_heard("gate")


def test_how_much_moved_and_how_loud_it_was(client_of, person, camera: Camera) -> None:
    Camera.objects.create(name="quiet", driver="none")
    client, share = client_of(person("jo", "operator")), round(1 / (64 * 36), 4)
    fine = client.get(ADDRESS, span(step=10)).json()
    assert fine == {
        "start": rfc3339(FIRST),
        "step": 10,
        "motion": {str(camera.pk): [0, share, 0, 0, 0, 0]},
        "loudness": {str(camera.pk): [None, -40, None, -12, None, None]},
    }
    afar = client.get(ADDRESS, span(3 * MINUTE_MS, step=60)).json()
    assert (afar["motion"], afar["loudness"]) == ({str(camera.pk): [share, 0, 0]}, {str(camera.pk): [-12, None, None]})


@pytest.mark.parametrize(
    ("end_ms", "step", "words"),
    [(MINUTE_MS, "", "missing"), (7 * 3_600_000, 59, "six hours"), (30 * 86_400_000, 60, "3000 steps")],
)
def test_too_fine_steps_are_refused(client_of, person, end_ms: int, step: object, words: str) -> None:
    answer = client_of(person("jo", "operator")).get(ADDRESS, span(end_ms, step=step))
    assert answer.status_code == 400
    assert words in answer.json()["step"][0]


def test_only_cameras_that_one_may_play_are_told_of(client_of, person, camera: Camera) -> None:
    other = seen_and_heard("other")
    person("jo", "viewer", other.pk)
    client = client_of(person("jo", "operator", camera.pk))
    assert client.get(ADDRESS, span(camera=other.pk, step=60)).status_code == 403
    assert client.get(ADDRESS, span(camera=999, step=60)).status_code == 404
    mine = client.get(ADDRESS, span(step=60)).json()
    assert [list(mine[what]) for what in ("motion", "loudness")] == [[str(camera.pk)]] * 2


def test_how_loud_it_was_is_for_who_may_listen(client_of, person, camera: Camera) -> None:
    other = seen_and_heard("other")
    Role.objects.create(name="deaf", title="Watches", permissions=["camera.view", "camera.playback"])
    person("jo", "deaf")
    client = client_of(person("jo", "operator", other.pk))
    found = client.get(ADDRESS, span(step=60)).json()
    assert sorted(found["motion"]) == sorted([str(camera.pk), str(other.pk)])
    assert found["loudness"] == {str(other.pk): [-12]}
    levels = [client.get(f"/api/v1/cameras/{one.pk}/loudness/", span()) for one in (camera, other)]
    assert [one.status_code for one in levels] == [403, 200]
    assert "may not listen" in levels[0].json()["detail"]
