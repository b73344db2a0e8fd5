"""Looks at recordings and stored objects over HTTP: what comes back, and who may ask."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording.object_store import store_objects
from core.recording.objects import SeenBox
from core.replays.models import Replay
from core.web.rest.times import rfc3339

pytestmark = pytest.mark.django_db(databases="__all__")
RANGE = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 60_000)}


@pytest.fixture
def camera() -> Camera:
    """Something was seen on it twice."""
    camera = Camera.objects.create(name="gate", driver="none")
    boxes = [SeenBox(START_MS + at, "eyes", "eyes-1", "person", 0.5, (0.1, 0.2, 0.3, 0.4), "Ada") for at in (0, 500)]
    store_objects({camera.pk: boxes})
    return camera


def test_objects_come_as_tracks(client_of, person, camera: Camera) -> None:
    address = f"/api/v1/cameras/{camera.pk}/objects/"
    client = client_of(person("jo", "operator"))
    (track,) = client.get(address, RANGE).json()["tracks"]
    assert (track["id"], track["label"], track["text"], track["detector"]) == ("eyes-1", "person", "Ada", "eyes")
    assert track["points"][1] == pytest.approx([START_MS + 500, 0.1, 0.2, 0.3, 0.4, 0.5], abs=0.01)
    assert client.get(address, {"start": RANGE["start"]}).status_code == 400
    assert client_of(person("vi")).get(address, RANGE).status_code in (403, 404)


def test_a_look_at_a_recording_is_asked_for_watched_and_forgotten(client_of, person, camera: Camera) -> None:
    address = f"/api/v1/cameras/{camera.pk}/replays/"
    client = client_of(person("ada", "administrator"))
    body = {"detector": "none such", **RANGE}
    refused = client.post(address, body, content_type="application/json")
    assert refused.status_code == 400
    assert "none such" in refused.json()["detector"][0]
    far = body | {"end": rfc3339(START_MS + 25 * 3_600_000)}
    assert "end" in client.post(address, far, content_type="application/json").json()

    job = Replay.objects.create(
        camera=camera,
        requester="ada",
        detector="none such",
        settings={},
        start_ms=START_MS,
        end_ms=START_MS + 1,
        created_ms=START_MS,
        looks=4,
        look_us=2000,
        found=1,
        finds=[{"event_type": "", "label": "person"}],
    )
    assert [one["id"] for one in client.get(address).json()["results"]] == [job.pk]
    told = client.get(f"{address}{job.pk}/").json()
    assert (told["ms_per_look"], told["finds"][0]["label"], told["title"]) == (0.5, "person", "none such")
    assert client.post(f"{address}{job.pk}/cancel/").json()["state"] == "cancelled"
    other = Camera.objects.create(name="yard", driver="none")
    assert client.get(f"/api/v1/cameras/{other.pk}/replays/{job.pk}/").status_code == 404
    assert client.delete(f"{address}{job.pk}/").status_code == 204
    assert client.get(f"{address}{job.pk}/").status_code == 404


def test_it_takes_the_right_to_set_up_the_camera(client_of, person, camera: Camera) -> None:
    address = f"/api/v1/cameras/{camera.pk}/replays/"
    jo = person("jo", "operator")
    client = client_of(jo)
    assert client.get(address).status_code == 403
    assert client.post(address, {"detector": "x", **RANGE}, content_type="application/json").status_code == 403
    client.force_login(jo)
    for path in (f"/cameras/{camera.pk}/detection/", f"/cameras/{camera.pk}/detection/1/"):
        assert client.get(path).status_code == 403
