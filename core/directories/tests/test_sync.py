"""Comparing all people: who comes, who changes, who goes; and when nobody goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from core.access.models import User
from core.access.services import add_user
from core.directories.asking import Asking
from core.directories.backend import PATH, sign_in
from core.directories.models import Directory
from core.directories.services import delete
from core.directories.sync import Busy, due, look, sync
from core.directories.tests.paper import RIGHT, Paper
from core.hookspecs.directories import DirectoryError
from core.system.models import AuditRow

Book = Callable[..., Directory]


def names(directory: Directory) -> set[str]:
    """Who may sign in."""
    return set(User.objects.filter(directory=directory.slug, is_active=True).values_list("username", flat=True))


@pytest.fixture
def staffed(paper: Paper, book: Book) -> Directory:
    """A directory of five, all known."""
    row = book()
    for name in ("anna", "bert", "cora", "dirk", "emil"):
        paper.write(name)
    sync(row, actor="test")
    return row


def test_people_come_change_and_go(paper: Paper, staffed: Directory) -> None:
    assert names(staffed) == {"anna", "bert", "cora", "dirk", "emil"}
    paper.write("anna", mail="new@example.org")
    paper.write("bert", enabled=False)
    del paper.books["main"]["cora"]
    paper.write("frieda")
    paper.write("gast", groups=frozenset())
    outlook = look(staffed)
    assert [one.person.name for one in outlook.come] == ["frieda"]
    assert [(one.person.name, one.changes) for one in outlook.change] == [("anna", ("email",))]
    assert {one.identity.user.username: one.why for one in outlook.go} == {
        "bert": "The directory does not let them sign in.",
        "cora": "The directory no longer knows them.",
    }
    assert [one.person.name for one in outlook.refused] == ["gast"]
    assert names(staffed) == {"anna", "bert", "cora", "dirk", "emil"}, "looking does nothing"
    sync(staffed, actor="test")
    assert names(staffed) == {"anna", "dirk", "emil", "frieda"}
    assert User.objects.filter(username="cora").exists(), "nobody is deleted"
    staffed.refresh_from_db()
    assert staffed.report == {"found": 6, "come": 1, "change": 1, "go": 2, "refused": 1, "failed": []}
    assert AuditRow.objects.filter(action="directory.sync").count() == 2
    assert not look(staffed).change


def test_who_goes_loses_sessions_and_tokens_and_may_come_back(
    paper: Paper, staffed: Directory, client: Client, asked: Asking
) -> None:
    user = User.objects.get(username="bert")
    client.force_login(user, PATH)
    AuthToken.objects.create(user=user)
    assert client.get("/api/v1/auth/me/").status_code == 200
    paper.write("bert", enabled=False)
    sync(staffed, actor="test")
    assert client.get("/api/v1/auth/me/").status_code in (401, 403)
    assert not AuthToken.objects.filter(user=user).exists()
    paper.write("bert")
    sync(staffed, actor="test")
    user.refresh_from_db()
    assert user.is_active
    assert user.user_groups.count() == 1
    assert client.get("/api/v1/auth/me/").status_code in (401, 403), "the old session stays ended"
    assert sign_in("bert", RIGHT, asked) == user


def test_whom_an_administrator_locked_stays_locked(staffed: Directory) -> None:
    User.objects.filter(username="bert").update(is_active=False)
    sync(staffed, actor="test")
    assert "bert" not in names(staffed)


@pytest.mark.parametrize("left", [0, 2])
def test_when_most_would_go_nobody_goes_until_it_is_confirmed(paper: Paper, staffed: Directory, left: int) -> None:
    for name in list(paper.books["main"])[left:]:
        del paper.books["main"][name]
    sync(staffed, actor="<directories>")
    staffed.refresh_from_db()
    assert len(names(staffed)) == 5
    assert ("knows nobody" if not left else "3 of 5 users") in staffed.held
    sync(staffed, actor="anna", confirmed=True)
    assert len(names(staffed)) == left
    staffed.refresh_from_db()
    assert staffed.held == ""


def test_a_directory_that_fails_changes_nothing(paper: Paper, staffed: Directory) -> None:
    paper.away = True
    with pytest.raises(DirectoryError):
        sync(staffed, actor="test")
    staffed.refresh_from_db()
    assert (len(names(staffed)), staffed.error) == (5, "The book does not answer.")
    paper.away = False
    sync(staffed, actor="test")
    staffed.refresh_from_db()
    assert staffed.error == ""


def test_users_of_our_own_and_of_others_are_never_touched(paper: Paper, staffed: Directory, book: Book) -> None:
    own = add_user("gert", "correct horse battery")
    book("second")
    paper.write("gert")
    paper.write("anna", book="second")
    outlook = sync(Directory.objects.get(slug="second"), actor="test")
    assert [one.refusal for one in outlook.refused] == [
        "The name belongs to a user of the directory main; rename or remove that one first."
    ]
    sync(staffed, actor="test")
    own.refresh_from_db()
    assert own.has_usable_password()
    assert own.directory == ""


def test_a_name_that_clashes_shuts_nobody_out(paper: Paper, staffed: Directory) -> None:
    add_user("Frieda", "correct horse battery")
    paper.write("anna", name="frieda")
    outlook = sync(staffed, actor="test")
    assert len(outlook.refused) == 1
    assert not outlook.go
    assert "anna" in names(staffed)


def test_only_one_compares_at_a_time(staffed: Directory) -> None:
    from core.media.clock import SystemClock

    Directory.objects.update(claimed_ms=SystemClock().wall_ms())
    with pytest.raises(Busy):
        sync(staffed, actor="test")


def test_it_is_due_by_its_interval_and_less_often_while_it_fails(paper: Paper, staffed: Directory) -> None:
    at = Directory.objects.get().synced_ms
    assert due(at + 59 * 60_000) == []
    assert due(at + 61 * 60_000) == [staffed]
    Directory.objects.update(tried_ms=at + 60 * 60_000)
    assert due(at + 61 * 60_000) == []
    Directory.objects.update(sync_minutes=0)
    assert due(at + 999 * 60_000) == []


def test_a_directory_that_is_forgotten_leaves_its_users_shut_out(staffed: Directory) -> None:
    delete(staffed, actor="test")
    assert User.objects.filter(username="anna", is_active=False).exists()


def test_many_people_cost_few_questions(paper: Paper, book: Book) -> None:
    row = book()
    for number in range(2000):
        paper.write(f"user{number}")
    with CaptureQueriesContext(connection) as asked:
        outlook = look(row)
    assert len(outlook.come) == 2000
    assert len(asked) < 12
