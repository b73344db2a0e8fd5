"""Signing in, events, health, the schema."""

import json
import os
import threading
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from core.cameras.models import Camera
from core.configuration import configuration
from core.events.services import record
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, Level
from core.system.models import AuditRow

pytestmark = pytest.mark.django_db
NOW = 1_780_000_000_000
LOGIN = "/api/v1/auth/login/"


@pytest.fixture(autouse=True)
def _unthrottled():
    cache.clear()


def sign_in(client, password: str = "a long enough password"):  # noqa: S107
    return client.post(LOGIN, {"username": "jo", "password": password}, format="json")


def test_sign_in_me_and_out(person, client_of) -> None:
    camera = Camera.objects.create(name="door", driver="none")
    user = person("jo", "viewer", camera.pk)
    client = client_of(None)
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert sign_in(client).json()["cameras"]["camera.live"] == [camera.pk]
    me = client.get("/api/v1/auth/me/").json()
    assert (me["id"], me["username"], me["everywhere"]) == (user.pk, "jo", [])
    assert client.post("/api/v1/auth/logout/").status_code == 204
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert [row.action for row in AuditRow.objects.order_by("id")] == ["auth.sign_in", "auth.sign_out"]


def test_wrong_passwords_are_refused_audited_and_lock_out(person, client_of) -> None:
    person("jo")
    client = client_of(None)
    answers = [sign_in(client, "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
    assert answers[0].json() == {"detail": "The user name or the password is wrong."}
    assert answers[4].json()["code"] == "locked"
    assert 0 < int(answers[4].headers["Retry-After"]) <= 900
    assert sign_in(client).status_code == 429  # the right password is not looked at either
    assert AuditRow.objects.filter(action="auth.sign_in_refused").count() == 5
    assert AuditRow.objects.filter(action="auth.locked_out").count() == 1


def test_guesses_for_many_names_from_one_address_are_throttled(person, client_of) -> None:
    client = client_of(None)
    bodies = [{"username": f"user{number}", "password": "wrong"} for number in range(11)]
    answers = [client.post(LOGIN, body, format="json").status_code for body in bodies]
    assert answers == [401] * 10 + [429]


def test_a_form_of_a_foreign_page_cannot_sign_in(person, client_of) -> None:
    person("jo")
    answer = client_of(None).post(LOGIN, "username=jo&password=x", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415


def test_a_session_needs_the_csrf_token_to_change_things(person, paper) -> None:
    from rest_framework.test import APIClient

    person("jo", "administrator")
    client = APIClient(enforce_csrf_checks=True)
    sign_in(client)
    body = {"name": "door", "driver": "paper", "settings": {"url": "rtsp://x/"}}
    assert client.post("/api/v1/cameras/", body, format="json").status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.post("/api/v1/cameras/", body, format="json", HTTP_X_CSRFTOKEN=token).status_code == 201


def test_events_are_listed_newest_first_by_page_and_by_right(person, client_of) -> None:
    door, yard = (Camera.objects.create(name=name, driver="none") for name in ("door", "yard"))
    for number in range(5):
        record("camera.online", door.pk, NOW + number * 1000)
    record("camera.offline", yard.pk, NOW, NOW + 500, {"message": "Silence."})
    record("system.started", None, NOW)
    client = client_of(person("jo", "operator", door.pk))
    first = client.get("/api/v1/events/", {"page_size": 3}).json()
    assert [row["start"][-5:-1] for row in first["results"]] == [".000"] * 3
    rest = client.get(first["next"]).json()
    assert {row["camera"] for row in first["results"] + rest["results"]} == {door.pk}
    assert len(first["results"] + rest["results"]) == 5
    assert client.get("/api/v1/events/", {"camera": yard.pk}).json()["results"] == []

    everywhere = client_of(person("op", "operator"))
    assert len(everywhere.get("/api/v1/events/").json()["results"]) == 7
    (found,) = everywhere.get("/api/v1/events/", {"type": "camera.offline"}).json()["results"]
    assert (found["camera"], found["attributes"]["message"]) == (yard.pk, "Silence.")
    assert found["end"].endswith(".500Z")
    assert everywhere.get("/api/v1/events/", {"camera": "x"}).status_code == 400
    assert everywhere.get("/api/v1/events/", {"type": "\0"}).status_code == 400


def test_health_says_little_to_strangers(person, client_of) -> None:
    assert client_of(None).get("/api/v1/health/").json() == {"status": "ok"}
    assert "checks" in client_of(person("op", "operator")).get("/api/v1/health/").json()


def test_a_health_check_that_hangs_is_reported_in_its_time(person, client_of, register_temporarily) -> None:
    release, starts = threading.Event(), []

    def hang() -> Health:
        starts.append(1)
        release.wait(30)
        return Health(Level.OK, "late.")

    specs = [
        HealthCheckSpec("slow", "Slow", hang, timeout=0.05),
        HealthCheckSpec("quick", "Quick", lambda: Health(Level.WARNING, "so so.")),
    ]
    hooks = SimpleNamespace(__name__="x", register_health_checks=hookimpl(lambda: specs))
    register_temporarily(hooks, "acme")
    client = client_of(person("op", "operator"))
    for _ in range(2):
        body = client.get("/api/v1/health/").json()
        assert body["status"] == "failed"
        checks = {check["name"]: (check["level"], check["summary"]) for check in body["checks"]}
        assert checks["acme.slow"] == ("failed", "gave no answer within 0.05 s.")
        assert checks["acme.quick"] == ("warning", "so so.")
    assert len(starts) == 1
    assert client_of(None).get("/api/v1/health/").json() == {"status": "ok"}
    release.set()


@pytest.mark.django_db(databases="__all__")
def test_processes_are_those_of_the_supervisor_that_runs_this_one(person, client_of) -> None:
    client = client_of(person("op", "operator"))
    file = configuration().data / "run" / "processes.json"
    file.parent.mkdir(exist_ok=True)
    here = {"name": "web", "pid": os.getpid(), "state": "up", "since_ms": NOW, "restarts": 2}
    away = {**here, "pid": None, "state": "down"}
    shown = []
    for supervisor in (os.getppid(), os.getppid() + 1):
        file.write_text(json.dumps({"supervisor": supervisor, "processes": [here, away]}))
        shown.append(client.get("/api/v1/system/status/").json()["processes"])
    file.unlink()
    shown.append(client.get("/api/v1/system/status/").json()["processes"])
    first, second = shown[0]
    assert first["cpu_seconds"] > 0
    assert first["memory"] > 2**20
    told = {"name": "web", "since": "2026-05-28T20:26:40.000Z", "restarts": 2}
    assert second == told | {"pid": None, "state": "down", "cpu_seconds": None, "memory": None}
    assert first == told | {key: first[key] for key in ("pid", "state", "cpu_seconds", "memory")}
    assert shown[1:] == [[], []]


def test_plugins_and_drivers_are_shown(person, client_of, paper) -> None:
    client = client_of(person("jo", "administrator"))
    shown = {row["name"]: row for row in client.get("/api/v1/plugins/").json()["results"]}
    assert shown["local_disk"]["state"] == "loaded"
    assert shown["local_disk"]["contributions"] == {"storage backend": ["local_disk"]}
    assert client.get("/api/v1/plugins/local_disk/").json() == shown["local_disk"]
    assert client.get("/api/v1/plugins/nothing/").status_code == 404
    drivers = {row["name"]: row for row in client.get("/api/v1/drivers/").json()["results"]}
    assert drivers["paper"]["settings"]["properties"]["password"]["writeOnly"] is True


def test_the_schema_is_valid_and_names_every_route(client_of) -> None:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.validation import validate_schema

    from core.web.rest.describing import Generator

    GENERATOR_STATS.reset()
    schema = Generator().get_schema(request=None, public=True)
    validate_schema(schema)
    assert not GENERATOR_STATS._error_cache, dict(GENERATOR_STATS._error_cache)
    assert not GENERATOR_STATS._warn_cache, dict(GENERATOR_STATS._warn_cache)
    assert "/api/v1/cameras/{camera_id}/video.mp4" in schema["paths"]
    assert client_of(None).get("/api/v1/schema/").status_code == 200
    page = client_of(None).get("/api/v1/docs/")
    assert b"cdn" not in page.content.lower()


def test_events_are_found_by_words_and_come_in_either_order(person, client_of) -> None:
    camera = Camera.objects.create(name="door", driver="none")
    client = client_of(person("jo", "operator"))
    record("camera.offline", camera.pk, NOW, attributes={"fault": "timeout", "message": "Kein Gerät antwortet"})
    record("camera.online", camera.pk, NOW + 1000)

    def found(**query: str) -> list[str]:
        return [row["type"] for row in client.get("/api/v1/events/", query).json()["results"]]

    assert found() == ["camera.online", "camera.offline"]
    assert found(order="oldest") == ["camera.offline", "camera.online"]
    assert found(text="gerät") == ["camera.offline"]
    assert found(text="online again") == ["camera.online"]
    assert found(text="100%") == []
    assert client.get("/api/v1/events/", {"order": "upwards"}).status_code == 400
    types = client.get("/api/v1/events/types/").json()
    (offline,) = (kind for kind in types if kind["name"] == "camera.offline")
    assert (offline["title"], offline["external"]) == ("Camera offline", False)
    assert "fault" in {attribute["name"] for attribute in offline["attributes"]}
