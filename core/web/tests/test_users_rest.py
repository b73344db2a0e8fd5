"""Users, groups, roles and tokens over REST; and that nobody gives away more than they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.access import services
from core.access.models import Grant, Role, User, UserGroup
from core.access.rights import rights_of
from core.access.roles import keep_roles_in_step
from core.cameras.models import Camera, CameraGroup
from core.hookspecs.access import RoleSpec
from core.hookspecs.marks import hookimpl
from core.pluginhost import host
from core.system.models import AuditRow

pytestmark = pytest.mark.django_db(databases="__all__")
V1 = "/api/v1/"
USERS, GROUPS, ROLES, TOKENS = f"{V1}users/", f"{V1}user-groups/", f"{V1}roles/", f"{V1}tokens/"
GOOD = "a long enough password"


@pytest.fixture
def admin(person, client_of) -> Any:
    return client_of(person("jo", "administrator"))


@pytest.fixture
def clerk(person, client_of) -> Any:
    """Somebody who looks after users and watches, and holds nothing else."""
    services.grant(person("clerk"), "viewer")
    Role.objects.create(name="clerk", title="Clerk", permissions=["system.users"])
    return client_of(person("clerk", "clerk"))


@pytest.fixture
def cameras() -> list[Camera]:
    return [Camera.objects.create(name=name, driver="none") for name in ("door", "yard", "till")]


def body_of(name: str, **more: Any) -> dict[str, Any]:
    return {"username": name, "password": GOOD, **more}


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def bearer(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


def test_a_user_is_added_given_a_role_relieved_of_it_and_removed(admin, cameras) -> None:
    made = admin.post(USERS, body_of("ann", roles=["viewer"], full_name="Ann Lee"), format="json")
    assert (made.status_code, made.json()["grants"][0]["role"]) == (201, "viewer")
    assert (made.json()["full_name"], made.json()["is_service"]) == ("Ann Lee", False)
    one = f"{USERS}{made.json()['id']}/"
    place = {"role": "operator", "camera": cameras[1].pk, "expires_at": in_hours(2)}
    more = admin.post(f"{one}grants/", place, format="json").json()
    assert (more["role_title"], more["camera_name"]) == ("Operator", "yard")
    again = admin.post(f"{one}grants/", {**place, "expires_at": None}, format="json").json()
    assert (again["id"], again["expires_at"]) == (more["id"], "")
    assert admin.delete(f"{one}grants/{more['id']}/").status_code == 204
    assert admin.delete(f"{one}grants/{more['id']}/").status_code == 404
    assert [grant["role"] for grant in admin.get(one).json()["grants"]] == ["viewer"]
    assert admin.patch(one, {"active": False}, format="json").json()["active"] is False
    assert admin.delete(one).status_code == 204
    assert [row["username"] for row in admin.get(USERS).json()["results"]] == ["jo"]
    actions = list(AuditRow.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["user.add", "user.grant", "user.grant", "user.revoke", "user.change", "user.remove"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**body_of("ann"), "password": "short"}, "password"),
        (body_of("jo"), "username"),
        (body_of("a b"), "username"),
        (body_of("ann", roles=["king"]), "role"),
        ({"username": "ann"}, "password"),
        (body_of("ann", is_service=True), "password"),
    ],
)
def test_a_user_who_cannot_be_is_told_by_field_and_not_added(admin, body: dict[str, Any], field: str) -> None:
    answer = admin.post(USERS, body, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"role": "king"}, "role"),
        ({"role": "viewer", "camera": 99}, "camera"),
        ({"role": "viewer", "camera_group": 99}, "camera_group"),
        ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"role": "viewer", "expires_at": "soon"}, "expires_at"),
    ],
)
def test_a_role_that_cannot_be_given_is_told_by_field(admin, person, wrong: dict[str, Any], field: str) -> None:
    answer = admin.post(f"{USERS}{person('ann').pk}/grants/", wrong, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_the_last_administrator_stays(admin) -> None:
    jo = User.objects.get(username="jo")
    one, held = f"{USERS}{jo.pk}/", Grant.objects.get().pk
    group = UserGroup.objects.create(name="all")
    for answer in (
        admin.delete(one),
        admin.patch(one, {"active": False}, format="json"),
        admin.delete(f"{one}grants/{held}/"),
        admin.post(f"{one}grants/", {"role": "administrator", "expires_at": in_hours(1)}, format="json"),
    ):
        assert answer.status_code == 400
    assert admin.get(USERS).json()["results"][0]["active"]
    # Through a group they may lose their own grant, and then must not leave the group.
    admin.post(f"{GROUPS}{group.pk}/grants/", {"role": "administrator"}, format="json")
    admin.patch(f"{GROUPS}{group.pk}/", {"members": [jo.pk]}, format="json")
    assert admin.delete(f"{one}grants/{held}/").status_code == 204
    assert admin.patch(f"{GROUPS}{group.pk}/", {"members": []}, format="json").status_code == 400
    assert admin.delete(f"{GROUPS}{group.pk}/").status_code == 400
    assert admin.get(USERS).status_code == 200


def test_a_group_gives_its_members_roles_on_groups_of_cameras(admin, person, cameras) -> None:
    ann, yard = person("ann"), CameraGroup.objects.create(name="outside")
    yard.cameras.set(cameras[1:])
    made = admin.post(GROUPS, {"name": "Guards", "members": [ann.pk]}, format="json").json()
    one = f"{GROUPS}{made['id']}/"
    admin.post(f"{one}grants/", {"role": "viewer", "camera_group": yard.pk}, format="json")
    assert rights_of(ann).on_cameras["camera.live"] == {cameras[1].pk, cameras[2].pk}
    yard.cameras.remove(cameras[1])
    assert rights_of(ann).on_cameras["camera.live"] == {cameras[2].pk}
    told = admin.get(f"{USERS}{ann.pk}/rights/").json()
    assert [(role["role"], role["group"], role["camera_group_name"]) for role in told["roles"]] == [
        ("viewer", "Guards", "outside")
    ]
    assert [(one["name"], one["roles"]) for one in told["cameras"]] == [("till", [0])]
    assert admin.patch(f"{USERS}{ann.pk}/", {"groups": []}, format="json").json()["groups"] == []
    assert not rights_of(ann).holds_somewhere("camera.live")
    assert admin.delete(one).status_code == 204


def test_a_directory_says_who_is_in_its_groups(admin, person) -> None:
    group = UserGroup.objects.create(name="Guards", directory="corp")
    ann = person("ann")
    for answer in (
        admin.patch(f"{GROUPS}{group.pk}/", {"members": [ann.pk]}, format="json"),
        admin.patch(f"{USERS}{ann.pk}/", {"groups": [group.pk]}, format="json"),
    ):
        assert answer.status_code == 400
    assert admin.post(f"{GROUPS}{group.pk}/grants/", {"role": "viewer"}, format="json").status_code == 201


def test_a_role_is_made_changed_given_and_deleted(admin, person) -> None:
    body = {"title": "Night guard", "permissions": ["camera.live", "camera.view"], "second_factor": True}
    made = admin.post(ROLES, body, format="json").json()
    assert (made["name"], made["builtin"], made["second_factor"]) == ("night-guard", False, True)
    ann = person("ann", "night-guard")
    assert rights_of(ann).second_factor
    one = f"{ROLES}{made['id']}/"
    changed = admin.patch(one, {"permissions": ["camera.view"], "second_factor": False}, format="json")
    assert changed.json()["permissions"] == ["camera.view"]
    assert rights_of(ann).everywhere == {"camera.view"}
    assert (list(admin.delete(one).json()), Role.objects.filter(name="night-guard").exists()) == (["role"], True)
    ann.grants.all().delete()
    assert admin.delete(one).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "Viewer", "permissions": []}, "title"),
        ({"title": "  ", "permissions": []}, "title"),
        ({"title": "Pilot", "permissions": ["camera.fly"]}, "permissions"),
        ({"title": "Pilot"}, "permissions"),
    ],
)
def test_a_role_that_cannot_be_is_told_by_field(admin, body: dict[str, Any], field: str) -> None:
    answer = admin.post(ROLES, body, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_of_a_built_in_role_only_the_second_factor_changes(admin) -> None:
    viewer = Role.objects.get(name="viewer")
    one, held = f"{ROLES}{viewer.pk}/", viewer.permissions
    assert admin.patch(one, {"second_factor": True}, format="json").json()["second_factor"]
    assert admin.patch(one, {"permissions": ["camera.manage"]}, format="json").status_code == 400
    assert admin.delete(one).status_code == 400
    keep_roles_in_step()
    viewer.refresh_from_db()
    assert (viewer.permissions, viewer.second_factor) == (held, True)


def test_a_plugin_brings_a_role_that_outlives_it_until_it_is_deleted(admin, register_temporarily) -> None:
    from types import SimpleNamespace

    @hookimpl
    def register_roles() -> tuple[RoleSpec, ...]:
        wanted = frozenset({"camera.view", "nobody.declares"})
        return (RoleSpec("porter", "Porter", wanted, second_factor=True),)

    module = SimpleNamespace(__name__="acme_hooks", register_roles=register_roles)
    register_temporarily(module, "acme")
    host()._fill()
    keep_roles_in_step()
    role = Role.objects.get(name="acme.porter")
    assert (role.builtin, role.plugin, role.permissions, role.second_factor) == (True, "acme", ["camera.view"], True)
    assert admin.delete(f"{ROLES}{role.pk}/").status_code == 400


def test_all_permissions_are_listed_with_who_declares_them(admin) -> None:
    rows = {row["codename"]: row for row in admin.get(f"{V1}permissions/").json()["results"]}
    assert (rows["camera.listen"]["scope"], rows["camera.listen"]["provider"]) == ("camera", "core")
    assert any(row["provider"] != "core" for row in rows.values())


def test_nobody_gives_takes_or_changes_what_they_do_not_hold(admin, clerk, person, cameras) -> None:
    jo, ann = User.objects.get(username="jo"), person("ann", "viewer")
    guards, chiefs = UserGroup.objects.create(name="guards"), UserGroup.objects.create(name="chiefs")
    services.grant(chiefs, "administrator")
    services.grant(guards, "viewer")
    operator = Role.objects.get(name="operator")
    made = admin.post(TOKENS, {"user": jo.pk, "name": "his"}, format="json").json()
    refused = [
        clerk.post(f"{USERS}{ann.pk}/grants/", {"role": "administrator"}, format="json"),
        clerk.post(f"{USERS}{ann.pk}/grants/", {"role": "operator", "camera": cameras[0].pk}, format="json"),
        clerk.post(USERS, body_of("bo", roles=["operator"]), format="json"),
        clerk.patch(f"{USERS}{jo.pk}/", {"password": GOOD}, format="json"),
        clerk.patch(f"{USERS}{ann.pk}/", {"groups": [chiefs.pk]}, format="json"),
        clerk.delete(f"{USERS}{jo.pk}/"),
        clerk.delete(f"{USERS}{jo.pk}/grants/{jo.grants.get().pk}/"),
        clerk.patch(f"{GROUPS}{chiefs.pk}/", {"members": [ann.pk]}, format="json"),
        clerk.delete(f"{GROUPS}{chiefs.pk}/"),
        clerk.post(ROLES, {"title": "King", "permissions": ["system.trust"]}, format="json"),
        clerk.patch(f"{ROLES}{operator.pk}/", {"second_factor": False}, format="json"),
        clerk.post(TOKENS, {"user": jo.pk, "name": "mine"}, format="json"),
        clerk.post(f"{TOKENS}{made['id']}/rotate/", {}, format="json"),
        clerk.put(f"{TOKENS}{made['id']}/", {"name": "mine"}, format="json"),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert not ann.user_groups.exists()
    allowed = [
        clerk.post(f"{USERS}{ann.pk}/grants/", {"role": "viewer", "camera": cameras[0].pk}, format="json"),
        clerk.post(USERS, body_of("bo", roles=["viewer"]), format="json"),
        clerk.patch(f"{USERS}{ann.pk}/", {"groups": [guards.pk], "password": GOOD + "!"}, format="json"),
    ]
    assert [answer.status_code for answer in allowed] == [201, 201, 200]


def test_a_service_has_a_token_limited_rotated_and_taken_back(admin, cameras) -> None:
    service = admin.post(USERS, {"username": "till", "is_service": True, "roles": ["viewer"]}, format="json").json()
    asked = {
        "user": service["id"],
        "name": "till 3",
        "permissions": ["camera.view"],
        "cameras": [cameras[0].pk],
        "networks": ["127.0.0.0/8", "::1"],
    }
    made = admin.post(TOKENS, asked, format="json").json()
    first = bearer(made["secret"])
    assert [row["name"] for row in first.get(f"{V1}cameras/").json()["results"]] == ["door"]
    assert first.get(f"{V1}cameras/{cameras[1].pk}/").status_code == 404
    assert first.get(f"{V1}cameras/", REMOTE_ADDR="192.0.2.9").status_code == 401
    assert first.get(f"{V1}users/").status_code == 403
    listed = admin.get(TOKENS).json()["results"]
    told = next(row for row in listed if row["id"] == made["id"])
    assert (told["last_address"], told["begins"]) == ("127.0.0.1", made["secret"][: len(told["begins"])])
    assert "secret" not in told
    turned = admin.post(f"{TOKENS}{made['id']}/rotate/", {"overlap_hours": 1}, format="json").json()
    assert [bearer(one["secret"]).get(f"{V1}cameras/").status_code for one in (made, turned)] == [200, 200]
    admin.put(f"{TOKENS}{made['id']}/", {"name": "till 4", "permissions": ["camera.live"]}, format="json")
    assert first.get(f"{V1}cameras/").status_code == 403
    assert admin.delete(f"{TOKENS}{made['id']}/").status_code == 204
    assert [bearer(one["secret"]).get(f"{V1}cameras/").status_code for one in (made, turned)] == [401, 401]
    kept = str(list(AuditRow.objects.values_list("detail", flat=True)))
    assert made["secret"] not in kept
    assert made["secret"][9:] not in kept


def test_a_token_of_the_administrator_gives_no_more_than_the_token_reaches(admin, person) -> None:
    jo, ann = User.objects.get(username="jo"), person("ann")
    asked = {"user": jo.pk, "name": "users", "permissions": ["system.users"]}
    limited = bearer(admin.post(TOKENS, asked, format="json").json()["secret"])
    assert limited.get(USERS).status_code == 200
    assert limited.post(f"{USERS}{ann.pk}/grants/", {"role": "viewer"}, format="json").status_code == 403
    assert limited.post(TOKENS, {"user": jo.pk, "name": "all"}, format="json").status_code == 403


def test_listing_users_takes_as_many_queries_for_one_as_for_many(
    admin, person, cameras, django_assert_num_queries
) -> None:
    first = queries_of(lambda: admin.get(USERS))
    for number in range(20):
        person(f"user{number}", "viewer", cameras[number % 3].pk)
    with django_assert_num_queries(first):
        admin.get(USERS)


def queries_of(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)
