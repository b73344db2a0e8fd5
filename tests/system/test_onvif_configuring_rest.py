"""Settings of a simulated device over Eyrie's REST: rights, the audit log, and what Eyrie reaches the device with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from core.api.services import add_camera, data_directory
from core.cameras.models import Camera
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring.services import change_of, settings_of
from plugins.onvif.configuring.turns import turn
from plugins.simulator.testing import DeviceFace, Trouble, onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
Devices = Callable[..., DeviceFace]
NEW = "Geheim-34"


@pytest.fixture
def device(onvif_device: Devices) -> DeviceFace:
    return onvif_device(channels=2)


@pytest.fixture
def cameras(device: DeviceFace) -> list[Camera]:
    """Both channels of the device."""
    settings = {"address": device.address, "user": device.user, "password": device.password}
    return [add_camera(name, "onvif", settings | {"channel": name}, actor="test") for name in ("gate1", "gate2")]


def client(*permissions: str, camera: Camera | None = None) -> APIClient:
    """Somebody who holds these, everywhere or on one camera."""
    user = apps.get_model("access", "User").objects.create(username="-".join(permissions)[:100])
    role = apps.get_model("access", "Role").objects.create(
        name=user.username[:60], title="Of a test", permissions=list(permissions)
    )
    apps.get_model("access", "Grant").objects.create(user=user, role=role, camera=camera)
    made = APIClient()
    made.force_authenticate(user)
    return made


def url(camera: Camera, *parts: str) -> str:
    return "/".join([f"/api/v1/plugins/onvif/cameras/{camera.pk}/configuring", *parts, ""])


def entries() -> list[Any]:
    return list(apps.get_model("system", "AuditRow").objects.filter(action="onvif.configure").order_by("pk"))


def test_a_change_is_made_read_back_and_written_down(device: DeviceFace, cameras: list[Camera]) -> None:
    operator = client("camera.view", "onvif.configure", camera=cameras[0])
    assert [one["name"] for one in operator.get(url(cameras[0])).json()][:2] == ["streams", "picture"]
    section = operator.get(url(cameras[0], "streams")).json()
    gop = next(one for one in section["fields"] if one["name"] == "main.gop")
    assert (gop["kind"], gop["limits"]["high"], gop["group"]) == ("number", 120, "main")
    answer = operator.patch(url(cameras[0], "streams"), {"values": {"main.gop": 11}}, format="json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["changed"] == {"main.gop": [gop["value"], 11]}
    [entry] = entries()
    assert (entry.actor, entry.target) == ("camera.view-onvif.configure", f"camera:{cameras[0].pk}")
    assert entry.detail["before"] == {"main.gop": gop["value"]}
    assert entry.detail["after"] == {"section": "streams", "main.gop": 11}


def test_who_may_not_is_refused(device: DeviceFace, cameras: list[Camera]) -> None:
    watcher = client("camera.view", "camera.manage", camera=cameras[0])
    for answer in (
        watcher.get(url(cameras[0])),
        watcher.get(url(cameras[0], "streams")),
        watcher.patch(url(cameras[0], "streams"), {"values": {"main.gop": 11}}, format="json"),
        watcher.post(url(cameras[0], "device", "acts", "restart"), {}, format="json"),
    ):
        assert answer.status_code == 403
    other = client("camera.view", "onvif.configure", camera=cameras[0])
    assert other.get(url(cameras[1], "streams")).status_code == 404
    assert device.calls == []


def test_what_is_wrong_is_told_by_field_in_the_readers_language(device: DeviceFace, cameras: list[Camera]) -> None:
    administrator = client("camera.view", "onvif.configure")
    asked = {"values": {"main.gop": 500}}
    assert administrator.patch(url(cameras[0], "streams"), asked, format="json").json() == {
        "main.gop": ["The camera takes 1 to 120 here."]
    }
    german = administrator.patch(url(cameras[0], "streams"), asked, format="json", headers={"Accept-Language": "de"})
    assert german.json() == {"main.gop": ["Die Kamera nimmt hier 1 bis 120."]}
    assert administrator.get(url(cameras[0], "nothing")).status_code == 404
    assert administrator.post(url(cameras[0], "device", "acts", "format"), {}, format="json").status_code == 404
    wrong = administrator.patch(url(cameras[0], "streams"), {"values": {"main.gop": [1]}}, format="json")
    assert wrong.status_code == 400
    device.fault(Trouble.OFF)
    silent = administrator.get(url(cameras[0], "streams"))
    assert silent.status_code == 502
    assert silent.json()["detail"]


def test_a_new_password_follows_on_all_cameras_of_the_device(device: DeviceFace, cameras: list[Camera]) -> None:
    administrator = client("camera.view", "onvif.configure")
    asked = {"values": {"new.password": NEW}}
    answer = administrator.post(url(cameras[0], "users", "acts", f"password:{device.user}"), asked, format="json")
    assert answer.status_code == 200, answer.content
    for camera in cameras:
        assert settings_of(camera.pk).password.get_secret_value() == NEW
    device.password = NEW
    assert administrator.get(url(cameras[1], "streams")).status_code == 200
    assert NEW not in str([entry.detail for entry in entries()])
    assert entries()[0].detail["after"]["new.password"] == "changed"


def test_a_new_address_is_confirmed_and_follows(device: DeviceFace, cameras: list[Camera]) -> None:
    administrator = client("camera.view", "onvif.configure")
    section = administrator.get(url(cameras[0], "network")).json()
    group = next(one["name"] for one in section["groups"] if one["name"].startswith("if-"))
    values = {f"{group}.dhcp": False, f"{group}.address": "127.0.0.3", f"{group}.prefix": 8}
    asked = administrator.patch(url(cameras[0], "network"), {"values": values}, format="json")
    assert (asked.status_code, ("tds", "SetNetworkInterfaces") in device.calls) == (409, False)
    done = administrator.patch(url(cameras[0], "network"), {"values": values, "confirmed": True}, format="json")
    assert done.status_code == 200, done.content
    for camera in cameras:
        assert settings_of(camera.pk).address.startswith("127.0.0.3:")


def test_one_device_is_changed_by_one_at_a_time(
    device: DeviceFace, cameras: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(cameras[0].pk)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with turn(settings, data_directory() / "run"):
            held.set()
            let_go.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    try:
        with pytest.raises(OnvifError, match="Somebody else"), turn(settings, data_directory() / "run", patience=0.2):
            pass
    finally:
        let_go.set()
        holder.join(20)
    assert change_of(cameras[1].pk, "streams", {"main.gop": 5}, actor="test").changed


def test_what_failed_is_written_down_too(device: DeviceFace, cameras: list[Camera]) -> None:
    device.fault(Trouble.OFF)
    with pytest.raises(OnvifError):
        change_of(cameras[0].pk, "streams", {"main.gop": 5}, actor="test")
    [entry] = entries()
    assert entry.detail["after"]["tried"] == {"main.gop": 5}
    assert entry.detail["after"]["failed"]
