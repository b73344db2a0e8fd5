"""Doors and card holders over REST, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from plugins.accesscontrol.models import Door, Holder
from plugins.accesscontrol.tests.conftest import ROOT


@pytest.fixture
def manager(client_with: Callable[..., APIClient]) -> APIClient:
    return client_with("access.manage", "camera.view")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "badges/"),
        ("get", "doors/"),
        ("post", "doors/"),
        ("patch", "doors/1/"),
        ("delete", "doors/1/"),
        ("get", "holders/"),
        ("put", "holders/"),
        ("delete", "holders/1/"),
    ],
)
def test_each_route_takes_its_permission(client_with: Callable[..., APIClient], method: str, path: str) -> None:
    other = "access.manage" if path == "badges/" else "access.report"
    for client, status in ((APIClient(), 401), (client_with(), 403), (client_with(other), 403)):
        assert getattr(client, method)(ROOT + path, {}, format="json").status_code == status


def test_a_door_is_added_changed_and_removed(manager: APIClient, camera: int) -> None:
    made = manager.post(ROOT + "doors/", {"code": "D1", "title": "Entry", "camera": camera}, format="json")
    assert made.status_code == 201
    assert made.json()["mapped"] is True
    path = f"{ROOT}doors/{made.json()['id']}/"
    assert manager.patch(path, {"camera": None}, format="json").json()["camera"] is None
    assert manager.delete(path).status_code == 204
    assert Door.objects.count() == 0
    acts = apps.get_model("system", "AuditRow").objects.filter(target__startswith="access_door").order_by("pk")
    assert [act.action for act in acts] == ["access_door.create", "access_door.change", "access_door.delete"]
    assert acts[1].detail == {"before": {"camera": camera}, "after": {"camera": None}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": "D1"}, "code"),
        ({"code": "D2", "camera": 4711}, "camera"),
        ({"code": "D2", "camera": "x"}, "camera"),
        ({"code": "x" * 101}, "code"),
    ],
)
def test_a_door_that_cannot_be(manager: APIClient, body: dict[str, Any], field: str) -> None:
    Door.objects.create(code="D1")
    answer = manager.post(ROOT + "doors/", body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_doors_code_stays(manager: APIClient) -> None:
    door = Door.objects.create(code="D1")
    assert manager.patch(f"{ROOT}doors/{door.pk}/", {"code": "D2"}, format="json").status_code == 400
    assert manager.patch(f"{ROOT}doors/4711/", {}, format="json").status_code == 404
    assert manager.delete(f"{ROOT}doors/4711/").status_code == 404


def test_a_camera_that_is_deleted_leaves_its_door(camera: int) -> None:
    Door.objects.create(code="D1", camera_id=camera, mapped=True)
    apps.get_model("cameras", "Camera").objects.all().delete()
    assert Door.objects.get().camera_id is None


def test_card_holders(manager: APIClient) -> None:
    for name in ("Ada", "Ada Lovelace"):
        answer = manager.put(ROOT + "holders/", {"card": "4711", "name": name}, format="json")
        assert answer.status_code == 200
    [holder] = manager.get(ROOT + "holders/").json()
    assert (holder["card"], holder["name"]) == ("4711", "Ada Lovelace")
    assert manager.put(ROOT + "holders/", {"card": ""}, format="json").status_code == 400
    assert manager.delete(f"{ROOT}holders/{holder['id']}/").status_code == 204
    assert manager.delete(f"{ROOT}holders/{holder['id']}/").status_code == 404
    assert Holder.objects.count() == 0


def test_the_panels_are_shown_to_who_may(client_with: Callable[..., APIClient], rf: Any) -> None:
    from core.api import Slot
    from core.api.services import panels

    def shown(*permissions: str) -> list[str]:
        request = rf.get("/")
        request.user = client_with(*permissions).handler._force_user
        found = [panel for slot in (Slot.DASHBOARD, Slot.SETTINGS) for panel in panels(slot, request)]
        assert not any(panel.error for panel in found)
        return [panel.name for panel in found if panel.plugin == "accesscontrol"]

    assert shown("event.view") == ["recent"]
    assert shown("access.manage") == ["doors"]
    assert shown("camera.view") == []
