"""Finding cameras over REST."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.cameras.discovery import MOST_ADDRESSES, own_networks
from core.hookspecs.cameras import FoundCamera
from core.hookspecs.marks import hookimpl
from core.web.tests.conftest import PAPER

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
DISCOVER = "/api/v1/cameras/discover/"


@pytest.fixture
def admin(person, client_of):
    return client_of(person("jo", "administrator"))


@pytest.fixture
def finder(register_temporarily):
    """A driver that finds a camera at the second address that it is given and notes what it was asked."""
    asked: list[Sequence[str]] = []

    async def find(addresses: Sequence[str], seconds: float) -> list[FoundCamera]:
        asked.append(addresses)
        return [FoundCamera(one, "Acme", {"url": f"rtsp://{one}/"}) for one in addresses[1:2]]

    spec = replace(PAPER, find=find)
    register_temporarily(SimpleNamespace(register_camera_drivers=hookimpl(lambda: [spec])), "paper")
    return asked


def test_what_a_driver_finds_is_told_with_its_settings(admin, finder) -> None:
    found = admin.post(DISCOVER, {"networks": ["10.9.8.0/30"]}, format="json")
    assert found.status_code == 200
    assert found.json() == {
        "results": [
            {
                "driver": "paper",
                "address": "10.9.8.2",
                "title": "Acme",
                "settings": {"url": "rtsp://10.9.8.2/"},
                "login": None,
                "added": False,
            }
        ],
        "searched": ["10.9.8.0/30"],
        "troubles": [],
    }
    assert finder == [["10.9.8.1", "10.9.8.2"]]


@pytest.mark.parametrize("url", ["rtsp://10.9.8.2/door", "rtsp://10.9.8.2:554/door"])
def test_a_camera_that_is_there_already_is_told_as_such(admin, finder, url: str) -> None:
    admin.post("/api/v1/cameras/", {"name": "door", "driver": "paper", "settings": {"url": url}}, format="json")
    found = admin.post(DISCOVER, {"networks": ["10.9.8.0/30"]}, format="json").json()
    assert [one["added"] for one in found["results"]] == [True]


def test_another_port_is_another_camera(admin, finder) -> None:
    settings = {"url": "rtsp://10.9.8.2:8554/door"}
    admin.post("/api/v1/cameras/", {"name": "door", "driver": "paper", "settings": settings}, format="json")
    found = admin.post(DISCOVER, {"networks": ["10.9.8.0/30"]}, format="json").json()
    assert [one["added"] for one in found["results"]] == [False]


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ("ten", "'ten' is no network; give it as 192.168.1.0/24"),
        ("10.0.0.5:70000", "is no network"),
        ("10.0.0.0/16", f"at most {MOST_ADDRESSES} at once"),
    ],
)
def test_networks_that_cannot_be_searched_are_refused(admin, finder, network: str, sentence: str) -> None:
    answer = admin.post(DISCOVER, {"networks": [network]}, format="json")
    assert answer.status_code == 400
    assert sentence in answer.json()["networks"][0]
    assert not finder


def test_a_driver_that_fails_is_told_and_costs_the_others_nothing(admin, finder, register_temporarily) -> None:
    async def find(addresses: Sequence[str], seconds: float) -> list[FoundCamera]:
        raise OSError("no radio")

    spec = replace(PAPER, name="radio", find=find)
    register_temporarily(SimpleNamespace(register_camera_drivers=hookimpl(lambda: [spec])), "radio")
    found = admin.post(DISCOVER, {"networks": ["10.9.8.0/30"]}, format="json").json()
    assert len(found["results"]) == 1
    assert "The driver radio failed" in found["troubles"][0]


def test_only_who_may_add_cameras_may_look_for_them(person, client_of, finder) -> None:
    assert client_of(person("al", "operator")).post(DISCOVER, {}, format="json").status_code == 403
    assert not finder


def test_own_networks_are_small_and_no_loopback() -> None:
    assert all(one.prefixlen >= 24 and not one.is_loopback for one in own_networks())
