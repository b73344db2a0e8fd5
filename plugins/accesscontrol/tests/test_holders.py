"""Card holders over REST: one by one, as a file, and their pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from plugins.accesscontrol import roster
from plugins.accesscontrol.models import Door, Holder
from plugins.accesscontrol.portraits import SIDE
from plugins.accesscontrol.tests.conftest import ROOT

HOLDERS, FILE = ROOT + "holders/", ROOT + "holders.csv"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480)) -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, kind)
    return SimpleUploadedFile("ada", made.getvalue())


def sent(client: APIClient, text: str | bytes) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return client.post(FILE, {"file": SimpleUploadedFile("holders.csv", data)}, format="multipart")


def test_a_card_has_one_holder(manager: APIClient) -> None:
    for name in ("Ada", "Ada Lovelace"):
        answer = manager.put(HOLDERS, {"card": "4711", "name": name}, format="json")
        assert answer.status_code == 200
    [holder] = manager.get(HOLDERS).json()
    assert holder == {"id": holder["id"], "card": "4711", "name": "Ada Lovelace", "has_picture": False}
    assert manager.put(HOLDERS, {"card": ""}, format="json").status_code == 400
    assert manager.delete(f"{HOLDERS}{holder['id']}/").status_code == 204
    assert manager.delete(f"{HOLDERS}{holder['id']}/").status_code == 404
    assert Holder.objects.count() == 0


def test_a_holder_gets_another_card_and_name(manager: APIClient) -> None:
    ada, _ = Holder.objects.create(card="1", name="Ada"), Holder.objects.create(card="2", name="Bob")
    path = f"{HOLDERS}{ada.pk}/"
    assert manager.patch(path, {"card": "3"}, format="json").json()["card"] == "3"
    assert manager.patch(path, {"name": "Countess"}, format="json").json()["name"] == "Countess"
    taken = manager.patch(path, {"card": "2"}, format="json")
    assert taken.status_code == 400
    assert taken.json() == {"card": ["Somebody else carries the card '2'; remove it there first."]}
    assert manager.patch(f"{HOLDERS}4711/", {}, format="json").status_code == 404


def test_a_picture_becomes_a_small_square_for_who_may_see_it(
    manager: APIClient, client_with: Callable[..., APIClient], camera: int
) -> None:
    from plugins.accesscontrol.report import BadgeReport
    from plugins.accesscontrol.services import take

    ada = Holder.objects.create(card="1", name="Ada")
    Door.objects.create(code="D1", camera_id=camera, mapped=True)
    at = "2026-05-01T12:00:00Z"
    event = take(
        BadgeReport.model_validate({"id": "1", "outcome": "granted", "door": "D1", "at": at, "card": "1"})
    ).event
    path, seen = f"{HOLDERS}{ada.pk}/picture.jpg", f"{ROOT}events/{event.id}/holder.jpg"
    viewer = client_with("event.view")
    assert manager.get(path).status_code == 404
    assert viewer.get(seen).status_code == 204

    assert manager.put(path, {"file": picture()}, format="multipart").status_code == 204
    for answer in (manager.get(path), viewer.get(seen)):
        assert answer["Content-Type"] == "image/jpeg"
        with Image.open(io.BytesIO(answer.content)) as found:
            assert (found.format, found.size) == ("JPEG", (SIDE, SIDE))
    assert manager.get(HOLDERS).json()[0]["has_picture"]
    assert viewer.get(path).status_code == 403
    assert viewer.get(f"{ROOT}events/{event.id + 1}/holder.jpg").status_code == 404

    assert manager.delete(path).status_code == 204
    assert viewer.get(seen).status_code == 204


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut"])
def test_what_is_no_picture_is_refused(manager: APIClient, data: bytes) -> None:
    ada = Holder.objects.create(card="1", name="Ada", picture=b"as before")
    body = {"file": SimpleUploadedFile("ada.jpg", data)}
    answer = manager.put(f"{HOLDERS}{ada.pk}/picture.jpg", body, format="multipart")
    assert answer.status_code == 400
    assert answer.json() == {"file": ["is no picture that can be read; give a JPEG, PNG or WebP."]}
    assert bytes(Holder.objects.get().picture) == b"as before"


def test_a_file_adds_and_changes_and_costs_its_bad_lines_only(manager: APIClient) -> None:
    Holder.objects.create(card="1", name="Ada")
    Holder.objects.create(card="2", name="Bob")
    Holder.objects.create(card="9", name="Stays")
    text = "\ufeffName;Card\r\nAda;1\r\nBobby;2\r\n\r\nEve;3\r\nTwice;3\r\n;4\r\nNoCard\r\n"
    assert sent(manager, text).json() == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "refused": {
            "6": "card: 3 stands in the file already.",
            "7": "name: give 1 to 200 printable characters.",
            "8": "card: give 1 to 100 printable characters.",
        },
    }
    assert dict(Holder.objects.values_list("card", "name")) == {"1": "Ada", "2": "Bobby", "3": "Eve", "9": "Stays"}


def test_a_file_comes_back_as_it_went(manager: APIClient) -> None:
    names = {"1": 'Ada "Countess", of', "=2+3": "=cmd()", "3": "Zoë"}
    for card, name in names.items():
        Holder.objects.create(card=card, name=name)
    file = manager.get(FILE)
    assert file["Content-Type"].startswith("text/csv")
    assert "'=cmd()" in file.content.decode()  # a spreadsheet shows it and computes nothing
    Holder.objects.all().delete()
    assert sent(manager, file.content).json()["added"] == 3
    assert dict(Holder.objects.values_list("card", "name")) == names


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "has no first line that names the columns card and name."),
        (b"number,who\n1,Ada\n", "has no first line that names the columns card and name."),
        (b"card,name\n1,Zo\xeb\n", "is no UTF-8 text; save it as CSV UTF-8."),
        (b'card,name\n1,"Ada' + b"x" * 200_000, "is no CSV: line 2: field larger than field limit (131072)."),
        (b"card,name\n" + b"x" * roster.MOST_BYTES, "is larger than 5 MB; split it."),
    ],
)
def test_a_file_that_cannot_be_taken(manager: APIClient, data: bytes, why: str) -> None:
    answer = sent(manager, data)
    assert answer.status_code == 400
    assert answer.json() == {"file": [why]}
