"""The first administrator, users and tokens."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

import core.settings
from core.access import services
from core.access.models import User
from core.access.rights import rights_of

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def owner(token: str) -> str:
    return TokenAuthentication().authenticate_credentials(token.encode())[0].username


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


def test_token_create_prints_a_token_that_works() -> None:
    services.add_user("jo")
    assert owner(run("token", "create", "--user", "jo")) == "jo"


def test_token_list_shows_no_token_and_revoke_takes_it_back() -> None:
    services.add_user("jo")
    token = run("token", "create", "--user", "jo")
    listed = run("token", "list")
    assert token not in listed
    assert listed.split()[1] == "jo"
    run("token", "revoke", listed.split()[0])
    with pytest.raises(AuthenticationFailed):
        owner(token)


def test_an_expired_token_is_refused() -> None:
    services.add_user("jo")
    token = services.issue_token("jo", timedelta(seconds=-1))
    with pytest.raises(AuthenticationFailed):
        owner(token)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("token", "create", "--user", "nobody"), "there is no 'nobody'"),
        (("token", "create", "--user", "jo", "--expires", "soon"), "no number of days"),
        (("token", "revoke", "zzzz"), "none begins with 'zzzz'"),
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
