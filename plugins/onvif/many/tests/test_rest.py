"""Rounds are there for who may configure every camera in them."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from core.api.jobs import State
from plugins.onvif.configuring.model import Field, Group, Kind, Limits, Section
from plugins.onvif.many.models import How, Round, Step
from plugins.onvif.many.services import begin
from plugins.onvif.many.together import kept

pytestmark = [pytest.mark.django_db]
ROOT = "/api/v1/plugins/onvif/many/"
GOP = Field("main.gop", "Keyframe every", Kind.NUMBER, 50, Limits(low=1, high=100, step=1))
STREAMS = Section("streams", "Streams", (Group("main", "Main"),), (GOP,))


def camera(name: str) -> Any:
    from core.api.services import add_camera

    return add_camera(name, "onvif", {"address": "127.0.0.1:1"}, actor="test")


@pytest.fixture
def cameras(db: None) -> tuple[Any, Any]:
    return camera("gate"), camera("yard")


def client(*only: Any, permission: str = "onvif.configure") -> Any:
    """Somebody who holds a permission on these cameras, everywhere without any."""
    from rest_framework.test import APIClient

    user = apps.get_model("access", "User").objects.create(username=f"of-{len(only)}-{permission}")
    title = f"Of a test {user.pk}"
    role = apps.get_model("access", "Role").objects.create(
        name=user.username[:60], title=title, permissions=[permission]
    )
    for one in only or (None,):
        apps.get_model("access", "Grant").objects.create(user=user, role=role, camera=one)
    found = APIClient()
    found.force_authenticate(user)
    return found


def read(*cameras: Any) -> Round:
    """A round that has been read."""
    made = begin("streams", [(one.pk, one.name) for one in cameras], "somebody")
    Step.objects.filter(round=made).update(how=How.READ, section=kept(STREAMS))
    Round.objects.filter(pk=made.pk).update(state=State.DONE)
    return made


def test_without_the_right_there_is_nothing(cameras: tuple[Any, Any]) -> None:
    made, other = read(*cameras), client(permission="camera.manage")
    assert other.get(ROOT).status_code == 403
    assert other.post(ROOT, {"section": "streams", "cameras": [cameras[0].pk]}, format="json").status_code == 403
    for path in ("", "cameras/", "fields/", "report.csv"):
        assert other.get(f"{ROOT}{made.pk}/{path}").status_code == 403, path
    for path in ("preview/", "run/", "read/", "cancel/"):
        assert other.post(f"{ROOT}{made.pk}/{path}", {"values": {"main.gop": 5}}, format="json").status_code == 403, (
            path
        )
    assert Round.objects.get().state == State.DONE


def test_a_round_with_a_camera_of_others_is_not_there(cameras: tuple[Any, Any]) -> None:
    gate, yard = cameras
    both, own, somebody = read(gate, yard), read(gate), client(gate)
    assert [one["id"] for one in somebody.get(ROOT).json()] == [own.pk]
    for path in ("", "cameras/", "fields/", "report.csv"):
        assert somebody.get(f"{ROOT}{both.pk}/{path}").status_code == 404, path
        assert somebody.get(f"{ROOT}{own.pk}/{path}").status_code == 200, path
    for path in ("preview/", "run/", "read/", "cancel/"):
        assert somebody.post(f"{ROOT}{both.pk}/{path}", {"values": {"main.gop": 5}}, format="json").status_code == 404
    refused = somebody.post(ROOT, {"section": "streams", "cameras": [gate.pk, yard.pk]}, format="json")
    assert refused.status_code == 400 and "cameras" in refused.json()


def test_what_cannot_be_is_told_by_field(cameras: tuple[Any, Any]) -> None:
    made, root = read(*cameras), client()
    assert "section" in root.post(ROOT, {"section": "attic", "cameras": [cameras[0].pk]}, format="json").json()
    assert "cameras" in root.post(ROOT, {"section": "streams", "cameras": []}, format="json").json()
    for body in ({}, {"values": {"main.gop": 50}}, {"values": {"main.gop": 500}}, {"suggested": True, "cameras": []}):
        answer = root.post(f"{ROOT}{made.pk}/run/", body, format="json")
        assert answer.status_code == 400 and "values" in answer.json(), body
    look = root.post(f"{ROOT}{made.pk}/preview/", {"values": {"main.gop": 500}}, format="json").json()[0]
    assert look["changes"] == [] and look["whys"][0]["title"] == "Keyframe every"


def test_what_is_at_work_takes_no_further_order_and_can_be_cancelled(cameras: tuple[Any, Any]) -> None:
    made, root = read(*cameras), client()
    wish = {"values": {"main.gop": 25}}
    assert root.post(f"{ROOT}{made.pk}/run/", wish, format="json").json()["state"] == "queued"
    assert root.post(f"{ROOT}{made.pk}/run/", wish, format="json").status_code == 409
    assert root.post(f"{ROOT}{made.pk}/read/").status_code == 409
    body = root.post(f"{ROOT}{made.pk}/cancel/").json()
    assert (body["state"], body["counts"]) == ("cancelled", {"left": 2})
    assert root.post(f"{ROOT}{made.pk}/run/", wish, format="json").status_code == 200
    assert [step.values for step in Step.objects.all()] == [wish["values"]] * 2


def test_the_report_holds_no_formula(cameras: tuple[Any, Any]) -> None:
    made, root = read(*cameras), client()
    Step.objects.filter(round=made).update(name="=1+1", how=How.CHANGED, changed={"main.gop": [50, 25]})
    lines = root.get(f"{ROOT}{made.pk}/report.csv").content.decode().splitlines()
    assert lines[1] == "'=1+1,Changed,Keyframe every,50,25,,"
