"""Who is let in by a directory, and as whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from core.access.models import User
from core.access.rights import rights_of
from core.access.services import add_user
from core.directories.asking import AWAY_S, Asking
from core.directories.backend import sign_in
from core.directories.models import Directory, Identity
from core.directories.people import judge, known_of, take_in
from core.directories.tests.paper import RIGHT, Paper
from core.system.models import AuditRow
from core.testing.clock import FakeClock

WRONG = "wrong"
Book = Callable[..., Directory]


def test_a_person_becomes_a_user_with_the_roles_of_their_groups(paper: Paper, book: Book, asked: Asking) -> None:
    book()
    paper.write("Anna", mail="anna@example.org", first_name="Anna", last_name="Weiß")
    user = sign_in("anna", RIGHT, asked)
    assert user is not None
    assert (user.username, user.email, user.last_name, user.directory) == ("Anna", "anna@example.org", "Weiß", "main")
    assert not user.has_usable_password()
    assert rights_of(user).holds("camera.live")
    assert not rights_of(user).holds("system.users")
    assert sign_in("ANNA", RIGHT, asked) == user, "another spelling is the same person"
    assert sign_in("anna", "wrong", asked) is None


def test_django_asks_directories_too(paper: Paper, book: Book) -> None:
    book()
    paper.write("anna")
    request = RequestFactory().post("/")
    assert authenticate(request, username="anna", password=WRONG) is None
    found = authenticate(request, username="anna", password=RIGHT)
    assert found is not None
    assert found.get_username() == "anna"


def test_a_user_of_our_own_is_no_directorys_concern(paper: Paper, book: Book, asked: Asking) -> None:
    book()
    paper.write("admin", RIGHT)
    add_user("admin", "correct horse battery")
    assert sign_in("admin", RIGHT, asked) is None
    assert sign_in("Admin", RIGHT, asked) is None
    assert paper.asked == [], "their password must not travel"


def test_a_person_that_signs_in_under_another_name_takes_over_no_user(paper: Paper, book: Book, asked: Asking) -> None:
    """A directory may find people by their mail address too."""
    book()
    own = add_user("admin", "correct horse battery")
    paper.write("boss@example.org", name="Admin", id="x")
    assert sign_in("boss@example.org", RIGHT, asked) is None
    assert User.objects.get(pk=own.pk).directory == ""
    why = AuditRow.objects.get(action="auth.not_admitted").detail["after"]["why"]
    assert why == "The name belongs to a user of Eyrie itself; rename or remove that one first."


def test_directories_are_asked_in_order_until_one_knows_the_name(paper: Paper, book: Book, asked: Asking) -> None:
    book("main")
    book("second")
    paper.write("anna", "first password", "main")
    paper.write("anna", "second password", "second")
    paper.write("bert", RIGHT, "second")
    assert sign_in("anna", "second password", asked) is None, "the first one knows her and says no"
    assert paper.asked == [("main", "anna")]
    user = sign_in("bert", RIGHT, asked)
    assert user is not None
    assert user.directory == "second"
    paper.asked.clear()
    paper.write("bert", RIGHT, "main")
    assert sign_in("bert", RIGHT, asked) == user
    assert paper.asked == [("second", "bert")], "somebody known is looked for in their own directory only"


@pytest.mark.parametrize("password", ["", "a\0b"])
def test_odd_passwords_reach_no_directory(paper: Paper, book: Book, asked: Asking, password: str) -> None:
    book()
    paper.write("anna", password)
    assert sign_in("anna", password, asked) is None
    assert paper.asked == []


def test_without_a_role_nobody_is_let_in_unless_that_is_wanted(paper: Paper, book: Book, asked: Asking) -> None:
    row = book()
    paper.write("anna", groups=frozenset())
    assert sign_in("anna", RIGHT, asked) is None
    assert not User.objects.filter(username="anna").exists()
    Directory.objects.filter(pk=row.pk).update(only_with_role=False)
    user = sign_in("anna", RIGHT, asked)
    assert user is not None
    assert not rights_of(user).everywhere


def test_whom_the_directory_or_an_administrator_locked_stays_out(paper: Paper, book: Book, asked: Asking) -> None:
    book()
    paper.write("anna", enabled=False)
    paper.write("bert")
    assert sign_in("anna", RIGHT, asked) is None
    user = sign_in("bert", RIGHT, asked)
    assert user is not None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert sign_in("bert", RIGHT, asked) is None


def test_a_new_name_is_the_same_user(paper: Paper, book: Book, asked: Asking) -> None:
    book()
    paper.write("anna", id="7")
    user = sign_in("anna", RIGHT, asked)
    paper.books["main"].clear()
    paper.write("anna.weiss", id="7")
    assert sign_in("anna.weiss", RIGHT, asked) == user
    assert User.objects.get(pk=user.pk if user else 0).username == "anna.weiss"


def test_the_name_of_somebody_who_left_is_not_their_account(paper: Paper, book: Book, asked: Asking) -> None:
    book()
    paper.write("anna", id="7")
    assert sign_in("anna", RIGHT, asked)
    paper.write("anna", id="8")
    assert sign_in("anna", RIGHT, asked) is None


def test_groups_follow_at_each_sign_in(paper: Paper, book: Book, asked: Asking) -> None:
    row = book(only_with_role=False)
    paper.write("anna")
    user = sign_in("anna", RIGHT, asked)
    assert user is not None
    assert user.user_groups.get().link.directory == row
    paper.write("anna", groups=frozenset({"cn=others"}))
    sign_in("anna", RIGHT, asked)
    assert not user.user_groups.exists()


def test_one_that_is_away_is_not_waited_for_twice(paper: Paper, book: Book, asked: Asking, clock: FakeClock) -> None:
    book("main")
    book("second")
    paper.write("anna", book="second")
    paper.away = True
    assert sign_in("anna", RIGHT, asked) is None
    paper.away = False
    paper.asked.clear()
    assert sign_in("anna", RIGHT, asked) is None
    assert paper.asked == [], "both were away a moment ago"
    clock.advance(AWAY_S)
    assert sign_in("anna", RIGHT, asked) is not None


def test_a_password_is_remembered_only_where_that_is_wanted(
    paper: Paper, book: Book, asked: Asking, clock: FakeClock
) -> None:
    row = book()
    paper.write("anna")
    assert sign_in("anna", RIGHT, asked, clock)
    assert Identity.objects.get().remembered == ""
    Directory.objects.filter(pk=row.pk).update(remember_hours=2)
    user = sign_in("anna", RIGHT, asked, clock)
    assert RIGHT not in Identity.objects.get().remembered
    paper.away = True
    assert sign_in("anna", RIGHT, asked, clock) == user
    assert sign_in("anna", "wrong", asked, clock) is None
    assert AuditRow.objects.filter(action="auth.remembered").count() == 1
    clock.advance(2 * 3600 + 1)
    assert sign_in("anna", RIGHT, asked, clock) is None, "the time is over"


def test_a_plugin_that_fails_is_a_directory_that_is_away(
    paper: Paper, book: Book, asked: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.pluginhost import host

    book()
    paper.write("anna", groups=None)
    monkeypatch.setattr(host(), "strict", False)
    books: Any = paper.books
    books["main"]["anna"] = None  # what a mistake in a plugin raises
    assert sign_in("anna", RIGHT, asked) is None


def test_two_sign_ins_at_once_make_one_user(paper: Paper, book: Book) -> None:
    """Both looked when nobody was there yet, and both want to make somebody."""
    row = book()
    paper.write("anna")
    [person] = [person for person, _ in paper.books["main"].values()]
    first, second = (judge(row, person, known_of(row, [person])) for _ in range(2))
    made = take_in(row, first)
    assert take_in(row, second) == made
    assert made.user_groups.count() == 1
