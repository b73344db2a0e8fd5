"""`manage.py user`: a second person without a line of Python."""

import io

import pytest
from django.core.management import CommandError, call_command

from core.access.models import Grant, User
from core.access.rights import rights_of
from core.access.services import ensure_administrator
from core.cameras.models import Camera
from core.system.models import AuditRow

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("user", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def typed(monkeypatch):
    """Have a line on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_user_is_added_with_a_role_and_the_printed_password() -> None:
    said = run("add", "jo", "--role", "viewer")
    user = User.objects.get(username="jo")
    assert user.check_password(said.split()[-1])
    assert rights_of(user).holds("camera.live")
    assert not rights_of(user).holds("camera.manage")
    assert [(row.actor, row.action) for row in AuditRow.objects.order_by("id")] == [
        ("<command line>", "user.add"),
        ("<command line>", "user.grant"),
    ]


def test_the_password_may_come_from_standard_input_and_is_not_shown(typed) -> None:
    typed("correct horse battery\n")
    assert run("add", "jo", "--password-stdin") == "added"
    assert User.objects.get(username="jo").check_password("correct horse battery")


def test_roles_are_given_and_taken_back_camera_by_camera() -> None:
    door, yard = (Camera.objects.create(name=name, driver="none") for name in ("door", "yard"))
    run("add", "jo", "--role", "operator", "--camera", str(door.pk), str(yard.pk))
    jo = User.objects.get(username="jo")
    assert rights_of(jo).on_cameras["camera.playback"] == {door.pk, yard.pk}
    assert run("list") == f"jo  operator on camera {door.pk} (door), operator on camera {yard.pk} (yard)"
    run("revoke", "jo", "operator", "--camera", str(door.pk))
    run("grant", "jo", "viewer")
    assert run("list") == f"jo  operator on camera {yard.pk} (yard), viewer"
    run("revoke", "jo", "viewer")
    run("revoke", "jo", "operator", "--camera", str(yard.pk))
    assert run("list") == "jo  no role"
    assert not rights_of(jo).holds_somewhere("camera.view")


def test_somebody_remains_who_can_give_rights() -> None:
    ensure_administrator(None)
    with pytest.raises(CommandError, match="last administrator"):
        run("revoke", "admin", "administrator")
    assert Grant.objects.filter(user__username="admin").exists()
    run("add", "jo", "--role", "administrator")
    run("revoke", "admin", "administrator")
    assert run("list").splitlines() == ["admin  no role", "jo  administrator"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "jo"), "username: .*already exists"),
        (("add", "j o"), "username: Enter a valid username"),
        (("add", "bo", "--role", "king"), "role: there is no 'king'; known are administrator, operator, viewer."),
        (("add", "bo", "--camera", "1"), "name the role with --role"),
        (("add", "bo", "--role", "viewer", "--camera", "4711"), "camera: there is no 4711"),
        (("add", "bo", "--password-stdin"), "password: This password is too short"),
        (("grant", "nobody", "viewer"), "user: there is no 'nobody'"),
        (("revoke", "jo", "viewer"), "'jo' does not hold 'viewer' everywhere"),
        (("revoke", "jo", "viewer", "--camera", "7"), "'jo' does not hold 'viewer' on camera 7"),
        (("grant", "jo", "viewer", "--camera", "door"), "invalid int value"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_changes_nothing(typed, arguments: tuple[str, ...], sentence: str) -> None:
    run("add", "jo")
    typed("short\n")
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
    assert list(User.objects.values_list("username", flat=True)) == ["jo"]
    assert not Grant.objects.exists()


def test_an_empty_standard_input_is_told(typed) -> None:
    typed("")
    with pytest.raises(CommandError, match="nothing came on standard input"):
        run("add", "jo", "--password-stdin")
