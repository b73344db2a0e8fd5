"""Lists over REST, files, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

from plugins.lpr.tests.conftest import ROOT

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
FILE = """plate;list;owner;valid_from;valid_to
KA-AB 1;allow;Ada;2026-01-01T00:00:00+01:00;
KA-AB 2;maybe;Bob;;

Ä 3;allow;Cem;;
KA-AB 4;block;Dan;2026-05-01;
KA-AB 5;block;Eve;2026-05-01T00:00:00Z;2026-04-01T00:00:00Z
KA-AB 1;vip;Fay;;
KA-AB 7;;Gus;;
"""


@pytest.fixture
def manager(client_with: Callable[..., APIClient]) -> APIClient:
    return client_with("lpr.manage")


def plates() -> list[str]:
    from plugins.lpr.models import ListedPlate

    return sorted(ListedPlate.objects.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("method", "path", "other"),
    [
        ("get", "reads/", "lpr.manage"),
        ("get", "reads/export/", "lpr.manage"),
        ("get", "plates/", "lpr.read"),
        ("put", "plates/", "lpr.read"),
        ("post", "plates/import/", "lpr.read"),
        ("get", "plates/export/", "lpr.read"),
        ("delete", "plates/1/", "lpr.read"),
    ],
)
def test_each_route_takes_its_permission(
    client_with: Callable[..., APIClient], method: str, path: str, other: str
) -> None:
    from rest_framework.test import APIClient

    for client, status in ((APIClient(), 401), (client_with(), 403), (client_with(other), 403)):
        assert getattr(client, method)(ROOT + path, {}, format="json").status_code == status


def test_a_plate_is_put_on_a_list_changed_and_taken_off(manager: APIClient) -> None:
    said = {"plate": "ka ab-1", "list": "allow", "owner": "Ada", "valid_to": "2026-05-01T12:00:00+02:00"}
    made = manager.put(ROOT + "plates/", said, format="json").json()
    assert (made["plate"], made["valid_from"], made["valid_to"]) == ("KAAB1", None, "2026-05-01T10:00:00.000Z")
    changed = manager.put(ROOT + "plates/", {"plate": "KAAB1", "list": "block"}, format="json").json()
    assert (changed["id"], changed["list"], changed["owner"], changed["valid_to"]) == (made["id"], "block", "", None)
    assert [one["plate"] for one in manager.get(ROOT + "plates/").json()] == ["KAAB1"]
    assert manager.delete(f"{ROOT}plates/{made['id']}/").status_code == 204
    assert manager.delete(f"{ROOT}plates/{made['id']}/").status_code == 404
    acts = apps.get_model("system", "AuditRow").objects.filter(target__startswith="lpr_plate").order_by("pk")
    assert [act.action for act in acts] == ["lpr_plate.create", "lpr_plate.change", "lpr_plate.delete"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"plate": "Ä1", "list": "allow"}, "plate"),
        ({"plate": "X", "list": "allow"}, "plate"),
        ({"list": "allow"}, "plate"),
        ({"plate": "AB1", "list": "friends"}, "list"),
        ({"plate": "AB1", "list": "vip", "owner": "x" * 201}, "owner"),
        ({"plate": "AB1", "list": "vip", "valid_from": "2026-05-01"}, "valid_from"),
        (
            {"plate": "AB1", "list": "vip", "valid_from": "2026-05-01T00:00:00Z", "valid_to": "2026-04-01T00:00:00Z"},
            "valid_to",
        ),
    ],
)
def test_an_entry_that_cannot_be(manager: APIClient, said: dict[str, Any], field: str) -> None:
    answer = manager.put(ROOT + "plates/", said, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert plates() == []


def test_the_good_lines_of_a_file_are_taken_and_the_bad_ones_named(manager: APIClient) -> None:
    answer = manager.post(ROOT + "plates/import/", {"text": FILE, "list": "vip"}, format="json")
    assert answer.status_code == 200
    assert answer.json()["taken"] == 2
    assert plates() == ["KAAB1", "KAAB7"]
    bad = {one["line"]: one["why"] for one in answer.json()["bad"]}
    assert list(bad) == [3, 5, 6, 7, 8]
    assert "no list 'maybe'" in bad[3]
    assert "characters other than" in bad[5]
    assert "valid_from: '2026-05-01' is no time with a zone" in bad[6]
    assert "not after its beginning" in bad[7]
    assert bad[8] == "KAAB1 stands in line 2 already."


def test_on_request_a_bad_line_costs_the_whole_file(manager: APIClient) -> None:
    answer = manager.post(ROOT + "plates/import/", {"text": FILE, "all_or_none": True}, format="json")
    assert answer.status_code == 400
    assert (answer.json()["taken"], len(answer.json()["bad"])) == (0, 6)
    assert plates() == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,owner\nAB1,x\n", "names no column `plate`"),
        ("\0\1\2", "Null characters are not allowed"),
        ("\1\2\3", "names no column `plate`"),
        ("plate," + "x" * 1_000_001, "more than 1,000,000 characters"),
    ],
)
def test_what_is_no_such_file(manager: APIClient, text: str, sentence: str) -> None:
    answer = manager.post(ROOT + "plates/import/", {"text": text}, format="json")
    assert answer.status_code == 400
    assert sentence in answer.json()["text"][0]


def test_lists_come_back_as_they_went(manager: APIClient) -> None:
    from plugins.lpr.models import ListedPlate

    said = {
        "plate": "KAAB1",
        "list": "vip",
        "owner": "=1+1",
        "note": 'a "quoted", note',
        "valid_to": "2026-05-01T00:00:00Z",
    }
    before = manager.put(ROOT + "plates/", said, format="json").json()
    file = manager.get(ROOT + "plates/export/").content.decode()
    assert "'=1+1" in file  # no spreadsheet takes it for a formula
    ListedPlate.objects.all().delete()
    assert manager.post(ROOT + "plates/import/", {"text": file}, format="json").json() == {"taken": 1, "bad": []}
    (after,) = manager.get(ROOT + "plates/").json()
    assert after | {"id": 0} == before | {"id": 0}
