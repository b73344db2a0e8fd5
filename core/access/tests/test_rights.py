"""Rights: what grants give, and what takes them away."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from core.access import services
from core.access.models import Role, User, UserGroup
from core.access.permissions import CORE_PERMISSIONS
from core.access.queries import cameras_with
from core.access.rights import rights_of
from core.cameras.models import Camera, CameraGroup
from core.hookspecs.marks import hookimpl

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return services.add_user("jo", "a long enough password")


@pytest.fixture
def cameras() -> list[Camera]:
    return [Camera.objects.create(name=name, driver="none") for name in ("door", "yard", "till")]


def ids(user: User, permission: str) -> list[int]:
    return list(cameras_with(user, permission).values_list("pk", flat=True))


def test_builtin_roles_hold_what_is_declared() -> None:
    administrator = Role.objects.get(name="administrator")
    assert {spec.codename for spec in CORE_PERMISSIONS} <= set(administrator.permissions)
    assert "camera.manage" not in Role.objects.get(name="operator").permissions
    assert "camera.playback" not in Role.objects.get(name="viewer").permissions


def test_a_user_without_grants_holds_nothing(user: User, cameras: list[Camera]) -> None:
    assert not rights_of(user).holds("camera.view", cameras[0].pk)
    assert ids(user, "camera.view") == []
    assert not rights_of(AnonymousUser()).holds("camera.view", cameras[0].pk)


def test_a_grant_on_one_camera_reaches_that_camera_only(user: User, cameras: list[Camera]) -> None:
    door, yard, _ = cameras
    services.grant(user, "viewer", door.pk)
    rights = rights_of(user)
    assert rights.holds("camera.live", door.pk)
    assert not rights.holds("camera.live", yard.pk)
    assert not rights.holds("camera.live")
    assert not rights.holds("camera.playback", door.pk)
    assert ids(user, "camera.live") == [door.pk]


def test_grants_add_up(user: User, cameras: list[Camera]) -> None:
    services.grant(user, "viewer")
    services.grant(user, "operator", cameras[1].pk)
    assert ids(user, "camera.live") == [camera.pk for camera in cameras]
    assert ids(user, "camera.playback") == [cameras[1].pk]


def test_an_expired_grant_gives_nothing(user: User, cameras: list[Camera], fake_clock) -> None:
    now = datetime.fromtimestamp(fake_clock.wall_ms() / 1000, UTC)
    services.grant(user, "viewer", cameras[0].pk, expires_at=now + timedelta(seconds=10))
    assert rights_of(user, fake_clock).holds("camera.view", cameras[0].pk)
    fake_clock.advance(11)
    assert not rights_of(user, fake_clock).holds("camera.view", cameras[0].pk)


def test_an_inactive_user_holds_nothing(user: User, cameras: list[Camera]) -> None:
    services.grant(user, "administrator")
    user.is_active = False
    user.save()
    assert not rights_of(user).holds("camera.view", cameras[0].pk)


@pytest.mark.parametrize(("number", "grants"), [(1, 1), (400, 1), (400, 200)])
@pytest.mark.parametrize("kind", ["camera", "group"])
def test_the_number_of_queries_grows_with_nothing(
    user: User, django_assert_num_queries, number: int, grants: int, kind: str
) -> None:
    made = Camera.objects.bulk_create([Camera(name=f"camera {one}", driver="none") for one in range(number)])
    for one in made[:grants]:
        if kind == "camera":
            services.grant(user, "viewer", one.pk)
            continue
        group = CameraGroup.objects.create(name=f"group of {one}")
        group.cameras.add(one)
        services.grant(user, "viewer", camera_group_id=group.pk)
    with django_assert_num_queries(3 if kind == "camera" else 4):  # grants, roles, members of groups; the cameras
        assert len(ids(user, "camera.view")) == min(number, grants)


def test_a_group_gives_what_it_holds_on_the_cameras_of_a_group(user: User, cameras: list[Camera], fake_clock) -> None:
    guards, outside = UserGroup.objects.create(name="guards"), CameraGroup.objects.create(name="outside")
    outside.cameras.set(cameras[:2])
    guards.members.add(user)
    soon = datetime.fromtimestamp(fake_clock.wall_ms() / 1000, UTC) + timedelta(seconds=10)
    services.grant(guards, "viewer", camera_group_id=outside.pk, expires_at=soon)
    services.grant(guards, "operator", cameras[2].pk)
    rights = rights_of(user, fake_clock)
    assert rights.on_cameras["camera.live"] == {camera.pk for camera in cameras}
    assert rights.on_cameras["camera.playback"] == {cameras[2].pk}
    fake_clock.advance(11)
    assert rights_of(user, fake_clock).on_cameras["camera.live"] == {cameras[2].pk}
    guards.members.clear()
    assert not rights_of(user, fake_clock).on_cameras


def test_functions_of_the_whole_system_cannot_be_held_on_a_camera(user: User, cameras: list[Camera]) -> None:
    services.grant(user, "administrator", cameras[0].pk)
    rights = rights_of(user)
    assert rights.holds("camera.manage", cameras[0].pk)
    assert not rights.holds_somewhere("system.users")
    assert not rights.everywhere


def plugin(vote) -> SimpleNamespace:
    @hookimpl
    def decide_access(user_id, permission, camera_id):
        return vote(camera_id)

    return SimpleNamespace(__name__="acme_hooks", decide_access=decide_access)


def test_decide_access_takes_away_and_never_gives(user: User, cameras: list[Camera], register_temporarily) -> None:
    door, yard, till = cameras
    services.grant(user, "viewer", door.pk)
    services.grant(user, "viewer", yard.pk)
    register_temporarily(plugin(lambda camera_id: camera_id != door.pk), "acme")
    assert ids(user, "camera.view") == [yard.pk]
    assert not rights_of(user).holds("camera.view", till.pk)


def test_decide_access_fails_closed(user: User, cameras: list[Camera], register_temporarily, monkeypatch) -> None:
    from core.pluginhost import host

    monkeypatch.setattr(host(), "strict", False)
    services.grant(user, "administrator")

    def broken(camera_id: int | None) -> bool:
        raise RuntimeError("the door controller is away")

    register_temporarily(plugin(broken), "acme")
    assert ids(user, "camera.view") == []
    assert not rights_of(user).holds("system.view")
