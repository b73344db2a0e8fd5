"""A camera at the gate, and clients of REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

if TYPE_CHECKING:  # Django is set up only after conftests are loaded
    from rest_framework.test import APIClient

ROOT = "/api/v1/plugins/lpr/"


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
    """`client_with("lpr.read", camera=1)`: somebody who holds just these permissions, there or everywhere."""
    from rest_framework.test import APIClient

    def make(*permissions: str, camera: int | None = None) -> APIClient:
        client = APIClient()
        client.force_authenticate(_person(permissions, camera))
        return client

    return make


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
