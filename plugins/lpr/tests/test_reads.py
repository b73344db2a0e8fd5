"""Reads as they are recorded: kept, compared with lists, found, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

from core.api import SystemClock
from core.api.services import record_event
from plugins.lpr.tests.conftest import ROOT

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)
NOW = SystemClock().wall_ms()
HOUR = 3_600_000


def passes(camera: int, text: str, at_ms: int = NOW, **said: Any) -> int:
    """A plate is read, as the analyser records it."""
    attributes = {"text": text, "raw": text, "confidence": 0.9, "region": "DE"} | said
    return record_event("lpr.plate_read", camera, at_ms, at_ms, attributes).id


def listed(text: str, name: str = "block", **said: Any) -> None:
    from plugins.lpr.lists import Entry, put

    put(Entry(text, name, **said))


def told(event_type: str) -> list[dict[str, Any]]:
    rows = apps.get_model("events", "StoredEvent").objects.filter(type=event_type).order_by("pk")
    return [row.attributes for row in rows]


def found(client: APIClient, **asked: Any) -> list[str]:
    answer = client.get(ROOT + "reads/", asked)
    assert answer.status_code == 200, answer.json()
    return [read["text"] for read in answer.json()["results"]]


@pytest.fixture
def searcher(client_with: Callable[..., APIClient]) -> APIClient:
    return client_with("lpr.read")


def test_a_plate_on_a_list_is_told_of_with_its_owner(camera: int, searcher: APIClient) -> None:
    listed("B-AB 1234", owner="Mustermann", note="owes rent")
    passes(camera, "8AB1234")  # B and 8 look alike
    (hit,) = told("lpr.list_hit")
    assert (hit["list"], hit["listed"], hit["owner"], hit["distance"]) == ("block", "BAB1234", "Mustermann", 0)
    assert hit["text"] == "8AB1234"
    assert told("lpr.unlisted") == []
    (read,) = searcher.get(ROOT + "reads/").json()["results"]
    assert (read["list"], read["owner"], read["distance"], read["camera"]) == ("block", "Mustermann", 0, camera)


def test_a_plate_on_no_list_is_told_of_where_there_are_lists(camera: int) -> None:
    passes(camera, "KA777XX")
    assert told("lpr.unlisted") == []
    listed("MTK99", "allow")
    passes(camera, "KA777XX")
    assert [one["text"] for one in told("lpr.unlisted")] == ["KA777XX"]


def test_the_nearest_entry_counts_and_a_far_one_does_not(camera: int) -> None:
    listed("KAAB123", "allow", owner="near")
    listed("KAAB129", "vip", owner="exact")
    for text in ("KAAB129", "KAAC123", "KXXX123"):
        passes(camera, text)
    assert [(hit["owner"], hit["distance"]) for hit in told("lpr.list_hit")] == [("exact", 0), ("near", 1)]


def test_equally_near_entries_the_blocked_one_counts(camera: int) -> None:
    listed("KAAB121", "allow")
    listed("KAAB122", "block")
    passes(camera, "KAAB129")
    assert [hit["list"] for hit in told("lpr.list_hit")] == ["block"]


@pytest.mark.parametrize(
    ("start", "end", "hits"), [(-1, 1, 1), (None, 1, 1), (1, 2, 0), (-2, -1, 0), (-1, 0, 0), (0, None, 1)]
)
def test_entries_are_valid_for_their_time(camera: int, start: int | None, end: int | None, hits: int) -> None:
    bounds = {"valid_from_ms": start, "valid_to_ms": end}
    listed("KAAB123", **{name: None if hours is None else NOW + hours * HOUR for name, hours in bounds.items()})
    passes(camera, "KAAB123")
    assert len(told("lpr.list_hit")) == hits


def test_wildcards_and_lookalikes(camera: int, searcher: APIClient) -> None:
    for text in ("AB0123", "ABX1234", "AX12", "8B012"):
        passes(camera, text)
    assert found(searcher, plate="AB?12*") == ["ABX1234", "AB0123"]
    assert found(searcher, plate="abo123") == ["AB0123"]
    assert found(searcher, plate="abo123", alike=False) == []
    assert found(searcher, plate="*12") == ["8B012", "AX12"]
    assert found(searcher, plate="bb*") == ["8B012"]
    assert found(searcher, plate="bb*", alike=False) == []
    assert found(searcher, plate="") == ["8B012", "AX12", "ABX1234", "AB0123"]


@pytest.mark.parametrize("plate", ["*" * 21, "Ä?", "A" * 41])
def test_what_cannot_be_looked_for(searcher: APIClient, plate: str) -> None:
    answer = searcher.get(ROOT + "reads/", {"plate": plate})
    assert answer.status_code == 400
    assert list(answer.json()) == ["plate"]


def test_by_camera_time_and_list(camera: int, other_camera: int, searcher: APIClient) -> None:
    from plugins.lpr.forms import Moment

    listed("KAAB1", "vip")
    passes(camera, "KAAB1", NOW - 2 * HOUR)
    passes(camera, "KAAB2222", NOW - HOUR)
    passes(other_camera, "KAAB3333")
    at = Moment().to_representation
    assert found(searcher, camera=camera) == ["KAAB2222", "KAAB1"]
    assert found(searcher, camera=f"{camera},{other_camera}", start=at(NOW - HOUR)) == ["KAAB3333", "KAAB2222"]
    assert found(searcher, end=at(NOW - HOUR)) == ["KAAB1"]
    assert found(searcher, list="vip") == ["KAAB1"]
    assert searcher.get(ROOT + "reads/", {"start": "yesterday"}).status_code == 400


def test_one_sees_the_plates_of_ones_cameras(
    camera: int, other_camera: int, client_with: Callable[..., APIClient]
) -> None:
    passes(camera, "KAAB111")
    passes(other_camera, "KAAB222")
    client = client_with("lpr.read", camera=camera)
    assert found(client) == ["KAAB111"]
    assert found(client, camera=other_camera) == []


def test_reads_as_a_file(camera: int, searcher: APIClient) -> None:
    passes(camera, "KAAB111", raw="=KA AB 111")
    answer = searcher.get(ROOT + "reads/export/")
    heading, line = answer.content.decode().splitlines()
    assert heading.startswith("time,camera,plate")
    assert ",gate,KAAB111,'=KA AB 111,0.9,DE," in line
    assert answer["Content-Disposition"] == 'attachment; filename="plates-read.csv"'


def test_old_reads_are_not_found_and_then_deleted(
    camera: int, searcher: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plugins.lpr import reads

    monkeypatch.setattr(reads, "_tidied_ms", NOW)  # not yet
    passes(camera, "KAOLD1", NOW - 31 * 24 * HOUR)
    passes(camera, "KANEW1")
    assert found(searcher) == ["KANEW1"]
    assert reads.Read.objects.count() == 2
    monkeypatch.setattr(reads, "_tidied_ms", 0)
    passes(camera, "KANEW2")
    assert sorted(reads.Read.objects.values_list("text", flat=True)) == ["KANEW1", "KANEW2"]


def test_a_deleted_camera_takes_its_reads_along(camera: int) -> None:
    from plugins.lpr.models import Read

    passes(camera, "KAAB111")
    apps.get_model("cameras", "Camera").objects.all().delete()
    assert Read.objects.count() == 0
