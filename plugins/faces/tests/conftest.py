"""A camera, clients of REST, a small model that tells the faces of the pictures apart, and recognition switched on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

from plugins.faces.tests.graphs import put
from tests.rig.fixtures import clips

if TYPE_CHECKING:  # Django is set up only after conftests are loaded
    from rest_framework.test import APIClient

__all__ = ["clips"]
ROOT = "/api/v1/plugins/faces/"
GROUNDS = "Decided by the works council on 1 May."


@pytest.fixture
def camera(db: None) -> int:
    """The camera at the gate."""
    return _camera("gate")


@pytest.fixture
def other_camera(db: None) -> int:
    """The camera in the yard."""
    return _camera("yard")


@pytest.fixture
def client_with(db: None) -> Callable[..., APIClient]:
    """`client_with("faces.view", camera=1)`: somebody who holds just these permissions, there or everywhere."""
    from rest_framework.test import APIClient

    def make(*permissions: str, camera: int | None = None) -> APIClient:
        client = APIClient()
        client.force_authenticate(_person(permissions, camera))
        return client

    return make


@pytest.fixture
def recognising(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Recognition is on, with the small model; `recognising(keep_unknown=True)` sets more."""
    from core.api.services import data_directory
    from plugins.faces import disclosure, opening, places, rest, sightings, tasks
    from plugins.faces.settings import FacesSettings

    shutil.rmtree(data_directory() / "faces-handover", ignore_errors=True)
    folder = tmp_path / "models"
    put(folder)
    for module in (places, opening, rest, tasks):
        monkeypatch.setattr(module, "models_folder", lambda: folder)
    chosen: dict[str, Any] = {"recognise": True, "grounds": GROUNDS, "model": "squares", "agree": 2}

    def now() -> FacesSettings:
        return FacesSettings(**chosen)

    for module in (sightings, rest, tasks, disclosure):
        monkeypatch.setattr(module, "settings_now", now)
    return lambda **more: chosen.update(more)


def _camera(name: str) -> int:
    from core.api.services import add_camera

    return int(add_camera(name, "rtsp", {"url": f"rtsp://127.0.0.1/{name}"}, actor="test").pk)


def _person(permissions: tuple[str, ...], camera: int | None) -> Any:
    name = "-".join(permissions) or "nobody"
    user = apps.get_model("access", "User").objects.create(username=f"{name}-{camera}")
    if permissions:
        role = apps.get_model("access", "Role").objects.create(
            name=user.username, title=user.username, permissions=list(permissions)
        )
        apps.get_model("access", "Grant").objects.create(user=user, role=role, camera_id=camera)
    return user
