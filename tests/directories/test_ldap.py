"""The whole way: Django's sign-in, through core, to a real slapd; and a sync of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.access.models import Grant, Role, User
from core.access.services import add_user
from core.directories.models import Directory
from core.directories.services import groups_like, link, save
from core.directories.sync import look, sync
from core.signin.lockout import locked
from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.testing import PEOPLE, Slapd, needs_slapd, silent, slapd

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
RIGHT, WRONG = "right horse", "wrong horse"
LONGEST_S = 20.0


@pytest.fixture
def company() -> Iterator[Slapd]:
    needs_slapd()
    with slapd() as running:
        running.group("guards", running.person("anna", RIGHT), running.person("bert", RIGHT))
        yield running


@pytest.fixture
def directory(company: Slapd) -> Directory:
    settings = LdapSettings(**company.settings())
    row = save(Directory(kind="ldap"), {"slug": "company", "title": "Company"}, settings, actor="test")
    guards = groups_like(row, "guard")[0]
    made = link(row, guards.id, guards.title, actor="test")
    Grant.objects.create(group=made.group, role=Role.objects.get(name="operator"))
    return row


def sign_in(client: Client, name: str, password: str) -> Any:
    body = json.dumps({"username": name, "password": password})
    return client.post("/api/v1/auth/login/", body, content_type="application/json")


def test_somebody_of_the_company_signs_in(client: Client, directory: Directory) -> None:
    answer = sign_in(client, "anna", RIGHT)
    assert answer.status_code == 200, answer.content
    assert "camera.live" in answer.json()["everywhere"]
    assert sign_in(client, "anna", WRONG).status_code == 401
    assert sign_in(client, "anna", "").status_code == 400
    assert "password" not in str(directory.settings["bind_password"]).lower()


def test_a_local_user_does_not_wait_for_a_directory_that_hangs(client: Client) -> None:
    add_user("gert", "correct horse battery", ["viewer"])
    with silent() as port:
        hanging = LdapSettings(servers=[f"127.0.0.1:{port}"], base="dc=x", answer_s=30, whole_s=60, connect_s=30)
        save(Directory(kind="ldap"), {"slug": "gone", "title": "Gone"}, hanging, actor="test")
        begun = time.monotonic()
        assert sign_in(client, "gert", "correct horse battery").status_code == 200
        assert sign_in(client, "gert", WRONG).status_code == 401
        assert time.monotonic() - begun < LONGEST_S, "half of the time that the directory could have taken"


def test_a_sync_follows_the_company(company: Slapd, directory: Directory) -> None:
    assert len(sync(directory, actor="test").come) == 2
    company.modify(f"dn: uid=bert,{PEOPLE}\nchangetype: modrdn\nnewrdn: uid=bertram\ndeleteoldrdn: 1\n")
    company.group("others", company.person("cora", RIGHT))
    outlook = look(directory)
    assert [(one.person.name, one.changes) for one in outlook.change] == [("bertram", ("username",))]
    assert [one.person.name for one in outlook.refused] == ["cora"]
    company.modify(f"dn: uid=anna,{PEOPLE}\nchangetype: delete\n")
    sync(directory, actor="test")
    active = User.objects.filter(directory="company", is_active=True)
    assert list(active.values_list("username", flat=True)) == ["bertram"]


def test_a_directory_that_goes_away_changes_nothing(company: Slapd, directory: Directory) -> None:
    from core.hookspecs.directories import DirectoryError

    sync(directory, actor="test")
    company.stop()
    with pytest.raises(DirectoryError):
        sync(directory, actor="test")
    assert User.objects.filter(directory="company", is_active=True).count() == 2


def test_wrong_passwords_lock_people_of_directories_out_too(directory: Directory) -> None:
    here = Client(REMOTE_ADDR="10.7.0.1")  # the limit by address is not what is tried
    sync(directory, actor="test")
    for _ in range(8):
        sign_in(here, "anna", WRONG)
    assert locked(User.objects.get(username="anna"), "10.7.0.1")
    assert sign_in(here, "anna", RIGHT).status_code != 200, "the right password no longer counts"


def test_a_role_that_asks_for_a_second_factor_asks_people_of_directories_too(
    directory: Directory,
) -> None:
    client = Client(REMOTE_ADDR="10.7.0.2")
    Role.objects.filter(name="operator").update(second_factor=True)
    assert sign_in(client, "anna", RIGHT).status_code == 200
    assert client.get("/api/v1/cameras/").status_code == 403, "until a second factor is set up"
