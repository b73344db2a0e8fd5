"""The first administrator, and users."""

import io

import pytest
from django.core.management import CommandError, call_command

import core.settings
from core.access import services
from core.access.models import User
from core.access.rights import rights_of

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def test_the_first_administrator_gets_a_one_time_password_once() -> None:
    password = services.ensure_administrator(None)
    assert password
    user = User.objects.get(username="admin")
    assert user.check_password(password)
    assert rights_of(user).holds("camera.manage")
    assert services.ensure_administrator(None) is None
    assert User.objects.get(username="admin").check_password(password)


def test_passwords_are_kept_by_argon2(settings) -> None:
    settings.PASSWORD_HASHERS = core.settings.PASSWORD_HASHERS
    assert services.add_user("jo", "a long enough password").password.startswith("argon2$argon2id$")


def test_a_given_password_is_used_and_not_returned() -> None:
    assert services.ensure_administrator("correct horse battery") is None
    assert User.objects.get(username="admin").check_password("correct horse battery")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("user", "grant", "nobody", "viewer"), "there is no 'nobody'"),
        (("user", "grant", "jo", "king"), "there is no 'king'"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    services.add_user("jo")
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


def test_user_names_are_checked() -> None:
    services.add_user("jo")
    with pytest.raises(services.AccessError, match=r"^username: .*exists"):
        services.add_user("jo")
    with pytest.raises(services.AccessError, match="there is no 'king'"):
        services.grant(User.objects.get(username="jo"), "king")
