"""Wrong attempts: by user and address, by address, by user."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.http import HttpRequest

from core.access import services
from core.access.models import User
from core.signin import lockout
from core.signin.policy import change_policy

pytestmark = pytest.mark.django_db
HERE, THERE = "192.0.2.7", "198.51.100.9"


def wrong(username: str, address: str = HERE, times: int = 1, agent: str = "") -> None:
    for _ in range(times):
        request = HttpRequest()
        request.META = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
        lockout.count_wrong(request, username)


@pytest.fixture
def jo() -> User:
    return services.add_user("Jo", None)


def test_a_user_is_locked_out_from_one_address_only(jo: User) -> None:
    wrong("Jo", times=4)
    assert lockout.locked_until("Jo", HERE) is None
    wrong("Jo")
    assert lockout.locked_until("Jo", HERE) is not None
    assert lockout.locked_until("Jo", THERE) is None
    assert lockout.locked(jo, HERE)
    assert not lockout.locked(jo, THERE)
    assert not lockout.locked(jo)


def test_neither_spelling_nor_browser_gives_more_attempts() -> None:
    for number, name in enumerate(("jo", "JO", "Jo ", "jO", "jo")):
        wrong(name, agent=f"browser {number}")
    assert lockout.locked_until("jo", HERE) is not None


def test_a_name_that_nobody_has_is_locked_as_any_other() -> None:
    wrong("nobody", times=5)
    assert lockout.locked_until("nobody", HERE) is not None


def test_an_address_that_tries_many_users_is_locked_for_all() -> None:
    change_policy({"lock_address_after": 10}, actor="jo")
    for number in range(10):
        wrong(f"user{number}")
    assert lockout.locked_until("anybody", HERE) is not None
    assert lockout.locked_until("anybody", THERE) is None


def test_a_user_whom_many_addresses_try_is_locked_everywhere_and_services_never(jo: User) -> None:
    change_policy({"lock_user_after": 10}, actor="jo")
    for number in range(10):
        wrong("Jo", f"192.0.2.{number}")
    assert lockout.locked(jo)
    assert lockout.locked_until("Jo", THERE) is not None
    jo.is_service = True
    assert not lockout.locked(jo)


def test_a_lock_ends_when_it_was_said_to(jo: User) -> None:
    wrong("Jo", times=5)
    until = lockout.locked_until("Jo", HERE)
    wrong("Ann")
    assert lockout.locked_until("Jo", HERE) == until
    AccessAttempt.objects.update(attempt_time=until - timedelta(minutes=30, seconds=1))
    assert lockout.locked_until("Jo", HERE) is None
    assert not lockout.locked(jo, HERE)


def test_locks_are_listed_and_taken_away(jo: User, capsys: pytest.CaptureFixture[str]) -> None:
    wrong("Jo", times=5)
    wrong("ann", times=2)
    (lock,) = lockout.locks()
    assert (lock["username"], lock["address"]) == ("jo", HERE)
    call_command("user", "unlock", "Jo")
    assert capsys.readouterr().out == "Jo may try again\n"
    assert lockout.locks() == []
    assert AccessAttempt.objects.filter(username="ann").exists()
    assert not lockout.unlock()


def test_a_user_without_wrong_attempts_costs_one_query(jo: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert not lockout.locked(jo, HERE)


def test_a_made_up_password_is_good_for_one_sign_in() -> None:
    call_command("user", "add", "ann")
    assert User.objects.get(username="ann").password_state.must_change
