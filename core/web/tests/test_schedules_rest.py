"""Schedules, holidays, groups, recording by hand, and several cameras at once."""

from __future__ import annotations

from typing import Any

import pytest

from core.cameras.models import Camera
from core.cameras.queries import calendar, camera_configs
from core.recording.models import Trigger
from core.recording.schedule import Holiday, Mode, Span

pytestmark = pytest.mark.django_db(databases="__all__")

OFFICE = [{"start": "08:00", "end": "18:00", "mode": "continuous"}, {"start": "18:00", "end": "24:00", "mode": "event"}]
WEEK = {"days": [OFFICE] * 5 + [[], []], "holiday": [{"start": "00:00", "end": "24:00", "mode": "motion"}]}


@pytest.fixture
def everybody(paper, person, client_of) -> dict[str, Any]:
    roles = {"ada": "administrator", "olaf": "operator", "vera": "viewer"}
    return {name: client_of(person(name, role)) for name, role in roles.items()}


@pytest.fixture
def ada(everybody) -> Any:
    return everybody["ada"]


@pytest.fixture
def cameras(ada) -> list[int]:
    body = {"driver": "paper", "settings": {"url": "rtsp://paper"}}
    return [ada.post("/api/v1/cameras/", {**body, "name": name}, format="json").json()["id"] for name in "abc"]


def kept(ada: Any, name: str = "Office hours", week: Any = WEEK) -> Any:
    return ada.post("/api/v1/schedules/", {"name": name, "week": week}, format="json")


def test_cameras_go_by_a_schedule(ada, cameras: list[int]) -> None:
    made = kept(ada)
    assert made.status_code == 201
    schedule = made.json()
    assert (schedule["week"], schedule["used"]) == (WEEK, 0)
    assert schedule["mode"] in ("continuous", "event", "off", "motion")
    assert schedule["changes"]
    changed = ada.patch(
        f"/api/v1/cameras/{cameras[0]}/", {"recording": "schedule", "schedule": schedule["id"]}, format="json"
    )
    assert changed.json()["schedule"] == schedule["id"]
    (config,) = camera_configs([cameras[0]])
    assert config.schedule.days[0] == (Span(480, 1080, Mode.CONTINUOUS), Span(1080, 1440, Mode.EVENT))
    assert config.schedule.holiday == (Span(0, 1440, Mode.MOTION),)


def test_a_changed_schedule_reaches_its_cameras(ada, cameras: list[int]) -> None:
    schedule = kept(ada).json()["id"]
    ada.patch(f"/api/v1/cameras/{cameras[0]}/", {"recording": "schedule", "schedule": schedule}, format="json")
    before = dict(Camera.objects.values_list("pk", "revision"))
    answer = ada.patch(f"/api/v1/schedules/{schedule}/", {"week": {"days": [[]] * 7, "holiday": None}}, format="json")
    assert (answer.json()["mode"], answer.json()["changes"]) == ("off", None)
    after = dict(Camera.objects.values_list("pk", "revision"))
    assert [pk for pk in after if after[pk] != before[pk]] == [cameras[0]]


def test_one_that_is_used_cannot_be_deleted(ada, cameras: list[int]) -> None:
    schedule = kept(ada).json()["id"]
    address = f"/api/v1/schedules/{schedule}/"
    ada.patch(f"/api/v1/cameras/{cameras[0]}/", {"recording": "schedule", "schedule": schedule}, format="json")
    refused = ada.delete(address)
    assert refused.status_code == 400
    assert "a go by it" in refused.json()["name"][0]
    ada.patch(f"/api/v1/cameras/{cameras[0]}/", {"recording": "continuous", "schedule": None}, format="json")
    assert ada.delete(address).status_code == 204
    assert ada.get(address).status_code == 404


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ({"days": [[]] * 6}, "seven"),
        ({"days": [[{"start": "08:00", "end": "07:00", "mode": "event"}], *[[]] * 6]}, "Monday: 08:00 to 07:00"),
        ({"days": [[{"start": "08:00", "end": "09:00", "mode": "daily"}], *[[]] * 6]}, "not a valid choice"),
        ({"days": "always"}, "list"),
    ],
)
def test_what_is_wrong_with_a_week_is_said(ada, week: Any, sentence: str) -> None:
    answer = kept(ada, week=week)
    assert answer.status_code == 400
    assert sentence in str(answer.json()["week"])


def test_what_is_wrong_with_a_camera_is_said(ada, cameras: list[int]) -> None:
    def fields(**changes: Any) -> dict[str, Any]:
        answer = ada.patch(f"/api/v1/cameras/{cameras[0]}/", changes, format="json")
        assert answer.status_code == 400
        return answer.json()

    assert "choose the schedule" in fields(recording="schedule")["schedule"][0]
    assert "schedule" in fields(schedule=99)
    assert "30" in fields(pre_roll=31)["pre_roll"][0]
    assert "such as motion.detected" in fields(record_on=["*"])["record_on"][0]
    assert "a schedule named" in str((kept(ada), kept(ada))[1].json()["name"])


def test_holidays(ada) -> None:
    def keep(date: str) -> Any:
        return ada.post("/api/v1/holidays/", {"name": "Closed", "date": date}, format="json")

    assert keep("12-25").json()["date"] == "12-25"
    once = keep("2026-12-24").json()
    assert once["date"] == "2026-12-24"
    assert calendar().holidays == {Holiday(12, 25), Holiday(12, 24, 2026)}
    assert "already" in keep("12-25").json()["date"][0]
    assert "no such day" in keep("2026-02-29").json()["date"][0]
    assert keep("02-29").status_code == 201
    assert keep("tomorrow").status_code == 400
    assert ada.delete(f"/api/v1/holidays/{once['id']}/").status_code == 204
    assert len(ada.get("/api/v1/holidays/").json()["results"]) == 2


def test_recording_by_hand(everybody, ada, cameras: list[int]) -> None:
    address = f"/api/v1/cameras/{cameras[0]}/record/"
    assert everybody["olaf"].post(address, {"seconds": 30}, format="json").status_code == 202
    (row,) = Trigger.objects.all()
    assert (row.camera_id, row.until_ms - row.start_ms) == (cameras[0], 30_000)
    assert row.source.startswith("hand:olaf:")
    assert everybody["vera"].post(address, {}, format="json").status_code == 403
    assert ada.post(address, {"seconds": 0}, format="json").status_code == 400
    assert ada.post("/api/v1/cameras/999/record/", {}, format="json").status_code == 404


def test_groups_show_the_cameras_that_one_may_see(ada, cameras: list[int], person, client_of) -> None:
    made = ada.post("/api/v1/groups/", {"name": "Ground floor", "cameras": cameras[:2]}, format="json")
    assert made.status_code == 201
    ada.post("/api/v1/groups/", {"name": "Roof", "cameras": cameras[2:]}, format="json")
    ada.post("/api/v1/groups/", {"name": "Empty"}, format="json")
    few = client_of(person("ines", "viewer", cameras[0]))
    shown = [(group["name"], group["cameras"]) for group in few.get("/api/v1/groups/").json()["results"]]
    assert shown == [("Ground floor", [cameras[0]])]
    assert len(ada.get("/api/v1/groups/").json()["results"]) == 3
    address = f"/api/v1/groups/{made.json()['id']}/"
    assert few.patch(address, {"name": "Mine"}, format="json").status_code == 403
    assert ada.patch(address, {"cameras": [cameras[2]]}, format="json").json()["cameras"] == [cameras[2]]
    assert ada.patch(address, {"name": "Roof"}, format="json").status_code == 400
    assert "no camera 99" in ada.patch(address, {"cameras": [99]}, format="json").json()["cameras"][0]
    assert ada.delete(address).status_code == 204
    assert Camera.objects.count() == 3


def test_several_cameras_at_once_or_none(ada, cameras: list[int], person, client_of) -> None:
    def several(client: Any, ids: list[int], **changes: Any) -> Any:
        return client.patch("/api/v1/cameras/several/", {"ids": ids, "changes": changes}, format="json")

    answer = several(ada, cameras, enabled=False, recording="motion")
    assert [one["enabled"] for one in answer.json()["results"]] == [False] * 3
    assert set(Camera.objects.values_list("enabled", "recording")) == {(False, "motion")}
    assert several(ada, [*cameras, 999], enabled=True).status_code == 404
    assert several(ada, cameras, recording="schedule").status_code == 400
    assert several(ada, cameras, name="same").status_code == 400
    assert several(ada, cameras).status_code == 400
    manager = client_of(person("max", "administrator", cameras[0]))
    assert several(manager, cameras[:2], enabled=True).status_code in (403, 404)
    assert set(Camera.objects.values_list("enabled", "recording")) == {(False, "motion")}
    assert several(manager, cameras[:1], enabled=True).status_code == 200


def test_schedules_and_holidays_are_for_who_manages_cameras(everybody) -> None:
    for client in (everybody["olaf"], everybody["vera"]):
        assert client.get("/api/v1/schedules/").status_code == 403
        assert client.get("/api/v1/holidays/").status_code == 403
        assert kept(client).status_code == 403
