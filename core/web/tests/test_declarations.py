"""Every route, page and topic declares its permission, and none answers without it."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver

from core.access.declared import PUBLIC, SIGNED_IN, required_for
from core.access.permissions import declared_permissions
from core.cameras.models import Camera
from core.hookspecs.access import Scope
from core.web.socket.declared import declared_topics
from core.web.urls import urlpatterns, websocket_urlpatterns

METHODS = ("get", "post", "put", "patch", "delete")


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield (
                address,
                getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", pattern.callback),
            )


def handled() -> list[tuple[str, str, object]]:
    found = []
    for address, view in routes(urlpatterns):
        methods = [method for method in METHODS if hasattr(view, method)] if isinstance(view, type) else ["get"]
        found += [(address, method, view) for method in methods]
    return found


def cases(*, open_to: tuple[str, ...] = (), camera: bool = False) -> list[object]:
    """Those that take more than `open_to`; with `camera`, those of one camera only."""
    return [
        pytest.param(address, method, view, id=f"{method} {address}")
        for address, method, view in handled()
        if required_for(view, method.upper()) not in open_to and ("camera_id" in address or not camera)
    ]


CASES = cases()


def address_of(route: str, camera_id: int) -> str:
    address = (
        route.replace("<int:camera_id>", str(camera_id))
        .replace("<slug:name>", "local_disk")
        .replace("<slug:language>", "de")
        .replace("<slug:detector>", "motion")
        .replace("<slug:plugin>", "accesscontrol")
        .replace("<str:check>", "core.keys")
        .replace("<str:name>", "camera.offline")
    )
    address = re.sub(r"<int:\w+>", "1", address)
    assert "<" not in address, f"teach this test about {route}"
    return address


def signed_in(client_of, user):
    """A client for both doors: the interface takes the token, pages take the session."""
    client = client_of(user)
    client.force_login(user)
    return client


def test_there_are_routes() -> None:
    assert len(CASES) > 20


@pytest.mark.parametrize(("route", "method", "view"), CASES)
def test_each_route_declares_a_known_permission(route: str, method: str, view: object) -> None:
    codename = required_for(view, method.upper())
    assert codename is not None, f"{method.upper()} {route} declares no permission: set `required` on {view}"
    assert codename in {PUBLIC, SIGNED_IN, *declared_permissions()}
    if "<int:camera_id>" in route:
        assert declared_permissions()[codename].scope is Scope.CAMERA


@pytest.mark.parametrize(("route", "method", "view"), CASES)
def test_nobody_gets_past_a_route_that_is_not_public(db, client_of, route: str, method: str, view: object) -> None:
    camera = Camera.objects.create(name="door", driver="none")
    answer = getattr(client_of(None), method)(address_of(route, camera.pk), {}, format="json")
    if required_for(view, method.upper()) == PUBLIC:
        assert answer.status_code not in (401, 403) or "login" in route
    elif route.startswith("/api/"):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Token"
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(("route", "method", "view"), cases(open_to=(PUBLIC, SIGNED_IN)))
def test_a_user_without_rights_gets_nowhere(db, person, client_of, route: str, method: str, view: object) -> None:
    camera = Camera.objects.create(name="door", driver="none")
    answer = getattr(signed_in(client_of, person("jo")), method)(address_of(route, camera.pk), {}, format="json")
    assert answer.status_code == (404 if "<int:camera_id>" in route else 403)


@pytest.mark.parametrize(("route", "method", "view"), cases(camera=True))
def test_the_wrong_camera_is_as_one_that_does_not_exist(
    db, person, client_of, route: str, method: str, view: object
) -> None:
    mine = Camera.objects.create(name="mine", driver="none")
    other = Camera.objects.create(name="other", driver="none")
    client = signed_in(client_of, person("jo", "administrator", mine.pk))
    wrong, missing = (
        getattr(client, method)(address_of(route, camera_id), {}, format="json") for camera_id in (other.pk, 10_000)
    )
    assert wrong.status_code == missing.status_code == 404
    if route.startswith("/api/"):
        assert wrong.json() == missing.json()
    assert Camera.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(("route", "method", "view"), cases(open_to=("camera.view", "camera.live"), camera=True))
def test_a_viewer_may_see_the_camera_but_only_use_what_viewers_hold(
    db, person, client_of, route: str, method: str, view: object
) -> None:
    camera = Camera.objects.create(name="mine", driver="none")
    client = signed_in(client_of, person("jo", "viewer", camera.pk))
    assert getattr(client, method)(address_of(route, camera.pk), {}, format="json").status_code == 403


def test_each_topic_declares_a_known_permission() -> None:
    assert {"cameras.status", "events.recorded"} <= set(declared_topics())
    for spec in declared_topics().values():
        assert spec.permission in declared_permissions()


def test_each_websocket_declares_what_it_takes() -> None:
    for pattern in websocket_urlpatterns:
        required = pattern.callback.consumer_class.required
        assert required == SIGNED_IN or required in declared_permissions()
