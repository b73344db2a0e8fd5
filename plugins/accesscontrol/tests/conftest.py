"""A camera at the entry, and clients of REST."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

if TYPE_CHECKING:  # Django is set up only after conftests are loaded
    from rest_framework.test import APIClient

ROOT = "/api/v1/plugins/accesscontrol/"


@pytest.fixture
def camera(db: None) -> int:
    """The camera at the entry."""
    from core.api.services import add_camera

    return int(add_camera("entry", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk)


@pytest.fixture
def client_with(db: None) -> Callable[..., APIClient]:
    """`client_with("access.report")`: somebody who holds just these permissions, everywhere."""
    from rest_framework.test import APIClient

    def make(*permissions: str) -> APIClient:
        client = APIClient()
        client.force_authenticate(_person(permissions))
        return client

    return make


@pytest.fixture
def manager(client_with: Callable[..., APIClient]) -> APIClient:
    """Somebody who manages doors and card holders."""
    return client_with("access.manage", "camera.view")


def _person(permissions: tuple[str, ...]) -> Any:
    user = apps.get_model("access", "User").objects.create(username="-".join(permissions) or "nobody")
    if permissions:
        role = apps.get_model("access", "Role").objects.create(
            name=user.username, title=user.username, permissions=list(permissions)
        )
        apps.get_model("access", "Grant").objects.create(user=user, role=role)
    return user


@pytest.fixture
def stored(db: None) -> Iterator[Any]:
    """The event store's rows."""
    return apps.get_model("events", "StoredEvent").objects
