"""Who may what, doors over REST, and the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from rest_framework.test import APIClient

from plugins.accesscontrol.models import Door
from plugins.accesscontrol.tests.conftest import ROOT

PAGE = "/pages/accesscontrol/access/"


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
        ("patch", "holders/1/"),
        ("delete", "holders/1/"),
        ("get", "holders/1/picture.jpg"),
        ("put", "holders/1/picture.jpg"),
        ("delete", "holders/1/picture.jpg"),
        ("get", "holders.csv"),
        ("post", "holders.csv"),
        ("get", "events/1/holder.jpg"),
    ],
)
def test_each_route_takes_its_permission(client_with: Callable[..., APIClient], method: str, path: str) -> None:
    other = "access.manage" if path == "badges/" or path.startswith("events/") else "access.report"
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


def test_the_panels_are_shown_to_who_may(client_with: Callable[..., APIClient], rf: Any) -> None:
    from core.api import Slot
    from core.api.services import panels

    def shown(*permissions: str) -> list[str]:
        request = rf.get("/")
        request.user = client_with(*permissions).handler._force_user
        found = panels(Slot.DASHBOARD, request)
        assert not any(panel.error for panel in found)
        return [panel.name for panel in found if panel.plugin == "accesscontrol"]

    assert shown("event.view") == ["recent"]
    assert shown("camera.view") == []


def test_the_page_shows_each_what_they_may(client_with: Callable[..., APIClient], client: Client) -> None:
    def enter(*permissions: str) -> None:
        client.force_login(client_with(*permissions).handler._force_user)

    def shown(part: str) -> str:
        return client.get(PAGE, {"part": part}).content.decode()

    enter("camera.view")
    assert client.get(PAGE).status_code == 404
    enter("event.view")
    log = shown("doors")
    assert "<access-log" in log
    assert 'href="?part=doors"' not in log
    assert f'href="{PAGE}"' in log  # in the rail
    enter("event.view", "access.manage")
    assert "<access-log" in shown("")
    assert "<access-doors" in shown("doors")
    assert "<access-holders" in shown("holders")
    assert client.get("/pages/accesscontrol/recent/").status_code == 404  # a panel, no page
    assert client.get("/pages/nobody/access/").status_code == 404
    client.logout()
    assert client.get(PAGE).status_code == 302
