"""Topics are shown to who manages the camera, and mapped by who may change settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from plugins.onvif.models import HeardTopic, TopicMapping

pytestmark = [pytest.mark.django_db]
ROOT = "/api/v1/plugins/onvif/"


@pytest.fixture
def client_with(db: None) -> Any:
    """Somebody who holds just these permissions, everywhere."""
    from rest_framework.test import APIClient

    def make(*permissions: str) -> APIClient:
        user = apps.get_model("access", "User").objects.create(username="-".join(permissions) or "nobody")
        role = apps.get_model("access", "Role").objects.create(
            name=user.username[:60], title="Of a test", permissions=list(permissions)
        )
        apps.get_model("access", "Grant").objects.create(user=user, role=role)
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def camera(db: None) -> int:
    from core.api.services import add_camera

    return int(add_camera("gate", "onvif", {"address": "127.0.0.1:1"}, actor="test").pk)


def test_a_topic_is_mapped_and_forgotten(client_with: Any, camera: int) -> None:
    root = client_with("camera.manage", "camera.view", "system.settings")
    HeardTopic.objects.create(camera_id=camera, topic="Weather/Gust", items={"data": {"Strength": "7"}}, last_ms=5)
    made = root.post(
        f"{ROOT}mappings/",
        {"topic": "Weather/Gust", "item": "Strength", "on_value": "7", "type": "io.input", "title": "Gust"},
        format="json",
    )
    assert made.status_code == 201, made.content
    assert TopicMapping.objects.get().attributes == {"title": "Gust", "name": "Gust"}
    [topic] = root.get(f"{ROOT}cameras/{camera}/topics/").json()["topics"]
    assert [one["type"] for one in topic["mappings"]] == ["io.input"]
    again = root.post(f"{ROOT}mappings/", {"topic": "Weather/Gust", "item": "Strength"}, format="json")
    assert again.json()["id"] == made.json()["id"]
    assert root.delete(f"{ROOT}mappings/{made.json()['id']}/").status_code == 204
    assert root.delete(f"{ROOT}mappings/{made.json()['id']}/").status_code == 404
    assert not TopicMapping.objects.exists()


def test_an_unknown_type_is_refused(client_with: Any) -> None:
    root = client_with("camera.manage", "camera.view", "system.settings")
    answer = root.post(f"{ROOT}mappings/", {"topic": "a/b", "type": "camera.offline"}, format="json")
    assert answer.status_code == 400
    assert "type" in answer.json()


def test_operators_may_not(client_with: Any, camera: int) -> None:
    jo = client_with("camera.view")
    assert jo.get(f"{ROOT}cameras/{camera}/topics/").status_code == 403
    assert jo.post(f"{ROOT}mappings/", {"topic": "a/b"}, format="json").status_code == 403
