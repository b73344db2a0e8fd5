"""A camera, and clients of REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

if TYPE_CHECKING:  # Django is set up only after conftests are loaded
    from rest_framework.test import APIClient


@pytest.fixture
def camera(db: None) -> int:
    """A camera."""
    from core.api.services import add_camera

    return int(add_camera("yard", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk)


@pytest.fixture
def client_with(db: None) -> Callable[..., APIClient]:
    """`client_with("event.view")`: somebody who holds just these permissions, everywhere."""
    from rest_framework.test import APIClient

    def make(*permissions: str) -> APIClient:
        user: Any = apps.get_model("access", "User").objects.create(username="-".join(permissions) or "nobody")
        if permissions:
            role = apps.get_model("access", "Role").objects.create(
                name=user.username, title=user.username, permissions=list(permissions)
            )
            apps.get_model("access", "Grant").objects.create(user=user, role=role)
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make
