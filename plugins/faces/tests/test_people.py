"""People over REST: rights, consent, pictures, what is kept about them, and deleting it all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from core.api import SystemClock
from plugins.faces.tests.conftest import GROUNDS, ROOT

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ROOT + "people/"
LISA = {
    "name": "Lisa",
    "note": "florist",
    "groups": ["staff", " staff ", "shop"],
    "consent_by": "herself",
    "consent_note": "form 12",
    "consent_from": "2020-05-01T12:00:00+02:00",
}
DAY_MS = 86_400_000


@pytest.fixture
def enroller(client_with: Callable[..., APIClient]) -> APIClient:
    return client_with("faces.enrol", "faces.view")


def added(client: APIClient, **said: Any) -> dict[str, Any]:
    answer = client.post(PEOPLE, LISA | said, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def uploaded(client: APIClient, person: int, content: bytes, name: str = "face.jpg") -> Any:
    return client.post(
        f"{PEOPLE}{person}/pictures/", {"picture": SimpleUploadedFile(name, content)}, format="multipart"
    )


def face(clips: Path, name: str = "mona-lisa.jpg") -> bytes:
    return (clips / "people" / "faces" / name).read_bytes()


def seen(camera: int, person: int | None = None, at_ms: int | None = None) -> Any:
    """A sighting as it is kept with its event; the picture is grey."""
    from core.api.services import data_directory, record_event
    from plugins.faces.handover import hand_over
    from plugins.faces.kept import Kept
    from plugins.faces.models import Sighting
    from plugins.faces.places import model_id

    jpeg = cv2.imencode(".jpg", np.full((80, 80, 3), 128, np.uint8))[1].tobytes()
    token = hand_over(data_directory(), Kept(jpeg, np.ones(64, np.float32) / 8, model_id("squares") or ""))
    at = SystemClock().wall_ms() if at_ms is None else at_ms
    said: dict[str, Any] = {"looks": 3, "sighting": token}
    if person is None:
        event = record_event("faces.unknown", camera, at, at, said)
    else:
        said |= {"person": person, "name": "Lisa", "groups": [], "likeness": 0.9}
        event = record_event("faces.recognised", camera, at, at, said)
    return Sighting.objects.get(event_id=event.id)


@pytest.mark.parametrize(
    ("method", "path", "other"),
    [
        ("get", "people/", "faces.view"),
        ("post", "people/", "faces.view"),
        ("get", "people/1/", "faces.view"),
        ("put", "people/1/", "faces.view"),
        ("delete", "people/1/", "faces.view"),
        ("get", "people/1/export/", "faces.view"),
        ("post", "people/1/pictures/", "faces.view"),
        ("post", "people/1/pictures/from-sighting/", "faces.view"),
        ("delete", "people/1/pictures/1/", "faces.view"),
        ("get", "people/1/pictures/1.jpg", "faces.view"),
        ("get", "sightings/", "faces.enrol"),
        ("get", "sightings/1.jpg", "faces.enrol"),
        ("delete", "sightings/1/", "faces.view"),
    ],
)
def test_each_route_takes_its_permission(
    client_with: Callable[..., APIClient], method: str, path: str, other: str
) -> None:
    from rest_framework.test import APIClient

    for client, status in ((APIClient(), 401), (client_with(), 403), (client_with(other), 403)):
        assert getattr(client, method)(ROOT + path).status_code == status


def test_a_person_is_added_and_changed(enroller: APIClient, recognising: Any) -> None:
    person = added(enroller)
    assert (person["groups"], person["consenting"], person["pictures"]) == (["staff", "shop"], True, [])
    said = LISA | {"name": "Lisa G.", "consent_until": "2020-06-01T00:00:00Z"}
    changed = enroller.put(f"{PEOPLE}{person['id']}/", said, format="json").json()
    assert (changed["name"], changed["consenting"]) == ("Lisa G.", False)
    assert [one["name"] for one in enroller.get(PEOPLE).json()] == ["Lisa G."]
    acts = apps.get_model("system", "AuditRow").objects.filter(target=f"face_person:{person['id']}").order_by("pk")
    assert [act.action for act in acts] == ["face_person.create", "face_person.change"]
    assert not any("Lisa" in json.dumps(act.detail) for act in acts)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"consent_by": ""}, "consent_by"),
        ({"consent_from": None}, "consent_from"),
        ({"consent_from": "2020-05-01"}, "consent_from"),
        ({"consent_until": "2020-05-01T00:00:00Z"}, "consent_until"),
        ({"groups": [str(number) for number in range(21)]}, "groups"),
    ],
)
def test_a_person_that_cannot_be(enroller: APIClient, said: dict[str, Any], field: str) -> None:
    answer = enroller.post(PEOPLE, LISA | said, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])


@pytest.mark.real_data
def test_a_picture_is_taken_shown_and_deleted(enroller: APIClient, recognising: Any, clips: Path) -> None:
    person = added(enroller)["id"]
    answer = uploaded(enroller, person, face(clips))
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["used"], answer.json()["source"]) == (True, "file")
    path = f"{PEOPLE}{person}/pictures/{answer.json()['id']}"
    shown = enroller.get(path + ".jpg")
    assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/jpeg", "private, no-store")
    picture = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[0] <= 240 < 739  # of the picture only the face is kept
    assert enroller.delete(path + "/").status_code == 204
    assert enroller.get(path + ".jpg").status_code == 404


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("seinfeld", ""),
        ("twice", "shows 2 faces; give one that shows this person alone"),
        ("grey", "No face of at least"),
    ],
)
def test_a_picture_must_show_one_face(
    enroller: APIClient, recognising: Any, clips: Path, name: str, sentence: str
) -> None:
    lisa = cv2.imdecode(np.frombuffer(face(clips), np.uint8), cv2.IMREAD_COLOR)
    pictures = {"twice": np.hstack((lisa, lisa)), "grey": np.full((300, 300, 3), 128, np.uint8)}
    drawn = {what: cv2.imencode(".png", picture)[1].tobytes() for what, picture in pictures.items()}
    answer = uploaded(enroller, added(enroller)["id"], drawn.get(name) or face(clips, f"{name}.jpg"))
    assert answer.status_code == (400 if sentence else 201)
    assert sentence in json.dumps(answer.json())


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\xff\xd8\xff\xe0" + b"x" * 500, b"\x89PNG\r\n\x1a\n" + b"\0" * 60]
)
def test_what_is_no_picture(enroller: APIClient, recognising: Any, content: bytes) -> None:
    answer = uploaded(enroller, added(enroller)["id"], content)
    assert (answer.status_code, list(answer.json())) == (400, ["picture"])


@pytest.mark.real_data
def test_without_consent_no_picture_is_taken(enroller: APIClient, recognising: Any, clips: Path) -> None:
    person = added(enroller, consent_until="2020-06-01T00:00:00Z")["id"]
    answer = uploaded(enroller, person, face(clips))
    assert "There is no consent for this time" in answer.json()["picture"][0]


@pytest.mark.real_data
def test_a_missing_model_is_one_sentence(enroller: APIClient, recognising: Any, clips: Path) -> None:
    recognising(model="mine")
    answer = uploaded(enroller, added(enroller)["id"], face(clips))
    assert answer.json()["picture"][0].startswith("There is no model card mine.toml")


def test_a_passing_face_becomes_a_picture(enroller: APIClient, recognising: Any, camera: int) -> None:
    person, sighting = added(enroller)["id"], seen(camera)
    path = f"{PEOPLE}{person}/pictures/from-sighting/"
    made = enroller.post(path, {"sighting": sighting.pk}, format="json")
    assert (made.status_code, made.json()["source"], made.json()["used"]) == (201, "sighting", True)
    assert enroller.post(path, {"sighting": 9999}, format="json").status_code == 404


def test_one_sees_the_faces_of_ones_cameras(
    client_with: Callable[..., APIClient], recognising: Any, camera: int, other_camera: int, enroller: APIClient
) -> None:
    person = added(enroller)["id"]
    mine, other = seen(camera, person), seen(other_camera)
    client = client_with("faces.view", camera=camera)
    found = client.get(ROOT + "sightings/").json()["results"]
    assert [(one["id"], one["name"], one["picture"]) for one in found] == [(mine.pk, "Lisa", True)]
    assert client.get(f"{ROOT}sightings/{mine.pk}.jpg").content.startswith(b"\xff\xd8")
    assert client.get(f"{ROOT}sightings/{other.pk}.jpg").status_code == 404
    for asked, ids in (
        ({"person": person}, [mine.pk]),
        ({"person": 0}, [other.pk]),
        ({"camera": other_camera}, [other.pk]),
    ):
        assert [one["id"] for one in enroller.get(ROOT + "sightings/", asked).json()["results"]] == ids
    assert client.get(ROOT + "sightings/", {"start": "yesterday"}).status_code == 400


@pytest.mark.real_data
def test_everything_about_a_person_is_handed_out_and_deleted(
    enroller: APIClient, recognising: Any, clips: Path, camera: int
) -> None:
    from core.api.services import attach_picture, data_directory
    from plugins.faces.models import Person, Reference, Sighting

    person, stranger = added(enroller)["id"], seen(camera)
    uploaded(enroller, person, face(clips))
    sighting = seen(camera, person)
    attach_picture(sighting.event_id, b"\xff\xd8snapshot\xff\xd9")

    archive = zipfile.ZipFile(io.BytesIO(enroller.get(f"{PEOPLE}{person}/export/").content))
    told = json.loads(archive.read("data.json"))
    assert (told["grounds"], told["person"]["consent"]["given_by"]) == (GROUNDS, "herself")
    files = [told[kind][0]["file"] for kind in ("pictures", "sightings", "events")]
    assert sorted(archive.namelist()) == sorted(["data.json", *files])
    assert all(archive.read(name).startswith(b"\xff\xd8") for name in files)
    assert told["events"][0]["says"]["name"] == "Lisa"

    gone = enroller.delete(f"{PEOPLE}{person}/").json()
    assert gone == {"pictures": 1, "sightings": 1, "events": 1}
    events = apps.get_model("events", "StoredEvent").objects
    assert list(events.values_list("type", flat=True)) == ["faces.unknown"]
    assert (Person.objects.count(), Reference.objects.count()) == (0, 0)
    assert [one.pk for one in Sighting.objects.all()] == [stranger.pk]
    assert not list((data_directory() / "event-pictures").rglob(f"{sighting.event_id}.jpg"))
    assert enroller.delete(f"{PEOPLE}{person}/").status_code == 404


def test_what_is_over_is_deleted_by_the_clock(enroller: APIClient, recognising: Any, camera: int) -> None:
    from plugins.faces.models import Person, Reference, Sighting
    from plugins.faces.tasks import forget_what_is_over

    now_ms = SystemClock().wall_ms()
    old, new = seen(camera, at_ms=now_ms - 31 * DAY_MS), seen(camera)
    person = added(enroller)["id"]
    enroller.post(f"{PEOPLE}{person}/pictures/from-sighting/", {"sighting": new.pk}, format="json")
    forget = getattr(forget_what_is_over, "call_local", forget_what_is_over)
    forget()
    assert [one.pk for one in Sighting.objects.all()] == [new.pk] != [old.pk]
    assert Reference.objects.count() == 1
    Person.objects.update(consent_until_ms=now_ms - 1)
    forget()
    assert (Reference.objects.count(), Person.objects.count()) == (0, 1)


@pytest.mark.real_data
def test_another_model_looks_at_the_pictures_again(enroller: APIClient, recognising: Any, clips: Path) -> None:
    from plugins.faces.models import Reference
    from plugins.faces.tasks import renew_vectors

    uploaded(enroller, added(enroller)["id"], face(clips))
    right = Reference.objects.get().model
    Reference.objects.update(model="another")
    assert [one["used"] for one in enroller.get(PEOPLE).json()[0]["pictures"]] == [False]
    getattr(renew_vectors, "call_local", renew_vectors)()
    assert (Reference.objects.get().model, Reference.objects.get().trouble) == (right, "")


def test_what_no_event_took_is_swept(recognising: Any) -> None:
    from core.api.services import data_directory
    from core.testing.clock import FakeClock
    from plugins.faces.handover import LOST_MS, hand_over, sweep, take
    from plugins.faces.kept import Kept

    data, now_ms = data_directory(), SystemClock().wall_ms()
    token = hand_over(data, Kept(b"\xff\xd8", np.ones(4, np.float32), "x"))
    assert sweep(data, FakeClock(wall_ms=now_ms)) == 0
    assert sweep(data, FakeClock(wall_ms=now_ms + LOST_MS + 5000)) == 1
    assert take(data, token) is None
    assert take(data, "../secrets.key") is None


@pytest.mark.parametrize("grounds", ["", "  ", "because"])
def test_recognition_needs_grounds(grounds: str) -> None:
    from pydantic import ValidationError

    from plugins.faces.settings import FacesSettings

    with pytest.raises(ValidationError, match="Recognition needs grounds"):
        FacesSettings(recognise=True, grounds=grounds)
    assert not FacesSettings().recognise
