"""Everything that can be asked of the server declares what it takes, and answers nobody who does not hold it.

Each route is tried by each of several people at the permission checks of the real application; what stands behind
the checks is replaced by an empty answer, so that a button is not pressed hundreds of times.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import websockets
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.http import HttpResponse
from rest_framework.test import APIClient

from core.access import services, tokens
from core.access.declared import PUBLIC, SIGNED_IN
from core.access.models import Role, User
from core.access.permissions import BUILTIN_ROLES, declared_permissions
from core.access.rights import rights_of
from core.cameras.models import Camera
from core.hookspecs.access import Scope
from core.hookspecs.web import PanelSpec
from core.web.panels import PAGES, panels
from core.web.socket.declared import may_subscribe
from core.web.surface import Door, Kind, doors

pytestmark = pytest.mark.one_database
DOORS = doors()
ASKED = [door for door in DOORS if door.kind in (Kind.REST, Kind.PAGE)]
SHUT, NOT_THERE, WHO = 403, 404, 401


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
    address = re.sub(r"<(?:int|path|str|slug):\w+>", "1", address)
    assert "<" not in address, f"teach this test about {route}"
    return address


@pytest.fixture
def shallow(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """What stands behind the checks of REST answers 204 and does nothing; static files would take half of the time."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != "tests.rig.static_files.FoundOnce"]
    for door in ASKED:
        if door.kind is Kind.REST:
            monkeypatch.setattr(door.view, door.method.lower(), lambda *_args, **_named: HttpResponse(status=204))


@pytest.fixture
def camera(db: None) -> Camera:
    return Camera.objects.create(name="door", driver="none")


@pytest.fixture
def other(db: None) -> Camera:
    return Camera.objects.create(name="other", driver="none")


def client_with(user: User | None, *, expires: timedelta | None = None) -> APIClient:
    """For both doors: the interface takes the token, pages take the session."""
    client = APIClient()
    if user is not None:
        secret = tokens.issue(user, "matrix", lifetime=expires).secret
        client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        if expires is None:
            client.force_login(user)
    return client


def answers(client: APIClient, camera_id: int, wanted: Callable[[Door], bool]) -> Iterator[tuple[Door, Any]]:
    for door in ASKED:
        if wanted(door):
            cache.clear()  # nobody asks so much at once
            ask = getattr(client, door.method.lower())
            yield door, ask(address_of(door.route, camera_id), **({} if door.method == "GET" else {"format": "json"}))


def wrong(found: Iterator[tuple[Door, Any]], right: Callable[[Door, int], bool]) -> list[str]:
    """Doors whose answer is not right, one line each."""
    tried = [(door, answer.status_code) for door, answer in found]
    assert len(tried) > 20
    return [f"{door.method} {door.route} ({door.permission}): {code}" for door, code in tried if not right(door, code)]


def takes_a_right(door: Door) -> bool:
    return door.permission not in (PUBLIC, SIGNED_IN)


def test_everything_declares_a_known_permission() -> None:
    assert {kind: sum(door.kind is kind for door in DOORS) > 2 for kind in Kind} == dict.fromkeys(Kind, True)
    known = {PUBLIC, SIGNED_IN, *declared_permissions()}
    assert [f"{door.method} {door.route}" for door in DOORS if door.permission not in known] == []


def test_what_is_about_one_camera_takes_a_permission_of_cameras() -> None:
    of_camera = [door for door in DOORS if door.of_camera]
    scopes = {door.route: declared_permissions()[str(door.permission)].scope for door in of_camera}
    assert {route: scope for route, scope in scopes.items() if scope is not Scope.CAMERA} == {}


@pytest.mark.usefixtures("shallow")
def test_nobody_gets_past_what_is_not_public(camera: Camera) -> None:
    def right(door: Door, code: int) -> bool:
        if door.permission == PUBLIC:
            return code not in (WHO, SHUT)
        return code == (WHO if door.kind is Kind.REST else 302)

    assert wrong(answers(client_with(None), camera.pk, lambda _: True), right) == []


@pytest.mark.usefixtures("shallow")
def test_an_expired_token_opens_nothing(camera: Camera, person: Callable[..., User]) -> None:
    client = client_with(person("jo", "administrator"), expires=timedelta(seconds=-1))
    found = answers(client, camera.pk, lambda door: door.kind is Kind.REST and door.permission != PUBLIC)
    assert wrong(found, lambda _, code: code == WHO) == []


@pytest.mark.usefixtures("shallow")
def test_a_user_without_rights_gets_nowhere(camera: Camera, person: Callable[..., User]) -> None:
    found = answers(client_with(person("jo")), camera.pk, takes_a_right)
    assert wrong(found, lambda door, code: code == (NOT_THERE if door.of_camera else SHUT)) == []


@pytest.mark.usefixtures("shallow")
@pytest.mark.parametrize("role", BUILTIN_ROLES)
def test_a_role_opens_what_it_holds_and_nothing_else(camera: Camera, person: Callable[..., User], role: str) -> None:
    held = set(Role.objects.get(name=role).permissions)

    def right(door: Door, code: int) -> bool:
        return (code not in (WHO, SHUT, 302)) if door.permission in held else code == SHUT

    assert wrong(answers(client_with(person("jo", role)), camera.pk, takes_a_right), right) == []


@pytest.mark.usefixtures("shallow")
def test_the_wrong_camera_is_as_one_that_does_not_exist(
    camera: Camera, other: Camera, person: Callable[..., User]
) -> None:
    client = client_with(person("jo", "administrator", camera.pk))
    missing = {door: answer.content for door, answer in answers(client, 10_000, lambda door: door.of_camera)}
    for door, answer in answers(client, other.pk, lambda door: door.of_camera):
        assert answer.status_code == NOT_THERE, door
        assert door.kind is Kind.PAGE or answer.content == missing[door]


@pytest.mark.usefixtures("shallow")
def test_on_ones_own_camera_a_role_opens_what_it_holds_there_and_nothing_of_the_whole_system(
    camera: Camera, person: Callable[..., User]
) -> None:
    held = set(Role.objects.get(name="viewer").permissions)
    client = client_with(person("jo", "viewer", camera.pk))
    of_camera = answers(client, camera.pk, lambda door: door.of_camera)
    assert wrong(of_camera, lambda door, code: (code != SHUT) if door.permission in held else code == SHUT) == []
    of_system = answers(client, camera.pk, lambda door: takes_a_right(door) and door.permission not in held)
    assert wrong(of_system, lambda _, code: code == SHUT) == []


@pytest.mark.usefixtures("shallow")
def test_a_token_opens_only_what_it_names(camera: Camera, person: Callable[..., User]) -> None:
    client = APIClient()
    reach = tokens.Reach(permissions=["camera.view", "system.view"])
    secret = tokens.issue(person("jo", "administrator"), "matrix", reach).secret
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    rest = answers(client, camera.pk, lambda door: door.kind is Kind.REST and takes_a_right(door))
    named = ("camera.view", "system.view")
    assert wrong(rest, lambda door, code: (code != SHUT) if door.permission in named else code == SHUT) == []


@pytest.mark.parametrize("role", ["", *BUILTIN_ROLES])
def test_topics_are_for_those_who_hold_their_permission(person: Callable[..., User], role: str) -> None:
    rights = rights_of(person("jo", role))
    held = set(Role.objects.get(name=role).permissions) if role else set()
    open_ones = {door.route for door in DOORS if door.kind is Kind.TOPIC and may_subscribe(rights, door.view)}
    assert open_ones == {door.route for door in DOORS if door.kind is Kind.TOPIC and door.permission in held}


@pytest.mark.parametrize("role", ["", "viewer"])
def test_panels_of_plugins_are_for_those_who_hold_their_permission(
    camera: Camera, person: Callable[..., User], rf: Any, role: str
) -> None:
    request = rf.get("/")
    request.user = person("jo", role)
    held = set(Role.objects.get(name=role).permissions) if role else set()
    allowed = {door.view.name for door in DOORS if door.kind is Kind.PANEL and door.permission in held}
    slots = {door.view.slot for door in DOORS if door.kind is Kind.PANEL} - set(PAGES)
    shown = {panel.name for slot in slots for panel in panels(slot, request, camera.pk)}
    assert shown <= allowed


def test_a_plugins_page_is_not_there_for_who_may_not_see_it(person: Callable[..., User]) -> None:
    client = client_with(person("jo"))
    pages: list[tuple[str, PanelSpec]] = [
        (door.route.partition(".")[0], door.view)
        for door in DOORS
        if door.kind is Kind.PANEL and door.view.slot in PAGES and takes_a_right(door)
    ]
    assert pages
    for plugin, spec in pages:
        assert client.get(f"/pages/{plugin}/{spec.name}/").status_code == NOT_THERE, spec.name


@pytest.mark.django_db(transaction=True)
async def test_websockets_take_a_credential_that_is_good(served: str, person: Callable[..., User]) -> None:
    camera = await Camera.objects.acreate(name="door", driver="none")
    bare = await sync_to_async(person)("jo")
    old = await sync_to_async(person)("al", "administrator")
    good = (await sync_to_async(tokens.issue)(bare, "good")).secret
    gone = (await sync_to_async(tokens.issue)(old, "old", lifetime=timedelta(seconds=-1))).secret
    sockets = [door for door in DOORS if door.kind is Kind.WEBSOCKET and door.route != "/"]
    assert len(sockets) >= 4
    for door in sockets:
        url = f"ws://{served}{address_of(door.route, camera.pk)}"
        for secret, codes in ((None, {4401}), (gone, {4401}), (good, {4403, 4404})):
            headers = {"Authorization": f"Token {secret}"} if secret else {}
            async with websockets.connect(url, additional_headers=headers) as socket:
                if secret == good and door.permission == SIGNED_IN:
                    continue
                with pytest.raises(websockets.ConnectionClosed):
                    await asyncio.wait_for(socket.recv(), 20)
                assert socket.close_code in codes, (door.route, secret and "token")


def test_services_have_no_password_to_sign_in_with(db: None, client: Any) -> None:
    services.add_user("till", is_service=True)
    body = {"username": "till", "password": ""}
    assert client.post("/api/v1/auth/login/", body, content_type="application/json").status_code in (400, 401)
