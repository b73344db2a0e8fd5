"""Bookmarks over REST: whose they are and who sees them."""

import pytest

from core.bookmarks.models import Bookmark
from core.cameras.models import Camera

pytestmark = pytest.mark.django_db
AT = "2026-05-01T12:00:00.250Z"
ADDRESS = "/api/v1/bookmarks/"


@pytest.fixture
def camera(db) -> Camera:
    return Camera.objects.create(name="door", driver="none")


def mark(client, door: Camera, **more):
    return client.post(ADDRESS, {"camera": door.pk, "start": AT, "text": "A fox"} | more, format="json")


def test_a_bookmark_is_made_listed_changed_and_removed(person, client_of, camera: Camera) -> None:
    client = client_of(person("jo", "operator"))
    made = mark(client, camera, end="2026-05-01T12:00:10Z")
    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "camera": camera.pk,
        "start": AT,
        "end": "2026-05-01T12:00:10.000Z",
        "text": "A fox",
        "author": "jo",
    }
    one = f"{ADDRESS}{made.json()['id']}/"
    assert client.patch(one, {"text": "Two foxes"}, format="json").json()["text"] == "Two foxes"
    assert [row["text"] for row in client.get(ADDRESS).json()["results"]] == ["Two foxes"]
    assert client.delete(one).status_code == 204
    assert client.get(ADDRESS).json()["results"] == []


def test_they_are_found_by_time_camera_and_words(person, client_of, camera: Camera) -> None:
    client = client_of(person("jo", "operator"))
    mark(client, camera, end="2026-05-01T12:05:00Z")
    mark(client, camera, start="2026-05-01T14:00:00Z", text="A badger")

    def found(**query):
        return [row["text"] for row in client.get(ADDRESS, query).json()["results"]]

    assert found() == ["A badger", "A fox"]
    assert found(start="2026-05-01T12:04:00Z", end="2026-05-01T13:00:00Z") == ["A fox"]
    assert found(start="2026-05-01T12:06:00Z") == ["A badger"]
    assert found(text="FOX") == ["A fox"]
    assert found(camera=camera.pk + 1) == []


def test_rights_decide(person, client_of, camera: Camera) -> None:
    other = Camera.objects.create(name="other", driver="none")
    author, colleague = client_of(person("jo", "operator")), client_of(person("al", "operator", other.pk))
    made = mark(author, camera).json()["id"]
    assert colleague.get(ADDRESS).json()["results"] == []
    assert mark(colleague, camera).status_code == 404
    assert colleague.delete(f"{ADDRESS}{made}/").status_code == 404
    second = client_of(person("bo", "operator"))
    assert second.delete(f"{ADDRESS}{made}/").status_code == 403
    assert client_of(person("root", "administrator")).delete(f"{ADDRESS}{made}/").status_code == 204
    assert mark(client_of(person("vi", "viewer")), camera).status_code == 403
    assert not Bookmark.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": "noon"}, "start"),
        ({"end": AT}, "end"),
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"camera": "x"}, "camera"),
    ],
)
def test_bad_input_names_the_field(person, client_of, camera: Camera, wrong, field: str) -> None:
    answer = mark(client_of(person("jo", "operator")), camera, **wrong)
    assert (answer.status_code, list(answer.json())) == (400, [field])
