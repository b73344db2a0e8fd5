"""Directories over REST: what is refused with which sentence, secrets, groups and their roles, comparing people."""

from __future__ import annotations

from typing import Any

import pytest

from core.access.models import User
from core.directories.models import Directory
from core.directories.tests.paper import GUARDS, Paper, hooks_of
from core.system.models import AuditRow
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db
URL = "/api/v1/directories/"


@pytest.fixture
def paper(register_temporarily: Any, db: None) -> Paper:
    made = Paper()
    register_temporarily(hooks_of(made), "paper")
    return made


@pytest.fixture
def root(client_of: Any, person: Any) -> Any:
    return client_of(person("root", "administrator"))


@pytest.fixture
def row(root: Any, paper: Paper) -> dict[str, Any]:
    settings = {"book": "main", "key": "open sesame"}
    body = {"slug": "main", "title": "Main", "kind": "paper", "settings": settings}
    answer = root.post(URL, body, "json")
    assert answer.status_code == 201, answer.data
    return dict(answer.data)


def linked(root: Any, row: dict[str, Any], role: str = "operator") -> dict[str, Any]:
    made = root.post(f"{URL}{row['id']}/links/", {"id": GUARDS, "title": "Guards"}, "json").data
    answer = root.post(f"/api/v1/user-groups/{made['user_group']}/grants/", {"role": role}, "json")
    assert answer.status_code == 201, answer.data
    return dict(made)


def test_kinds_come_with_their_forms(root: Any, paper: Paper) -> None:
    kinds = {one["name"]: one for one in root.get(URL + "kinds/").data["results"]}
    assert kinds["paper"]["lists_people"]
    assert kinds["paper"]["settings"]["properties"]["key"]["writeOnly"]


def test_secrets_stay_here(root: Any, row: dict[str, Any]) -> None:
    assert row["settings"]["key"] == MASK
    assert root.patch(f"{URL}{row['id']}/", {"settings": {"book": "other", "key": MASK}}, "json").status_code == 200
    stored = Directory.objects.get()
    assert "sesame" not in str(stored.settings)
    assert "sesame" not in str(list(AuditRow.objects.values()))
    changed = AuditRow.objects.filter(action="directory.settings").latest("pk").detail
    assert changed == {"before": {"book": "main"}, "after": {"book": "other"}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "main"}, "slug"),
        ({"slug": "not a slug"}, "slug"),
        ({"title": "Main"}, "title"),
        ({"kind": "nothing"}, "kind"),
        ({"settings": {"bok": "x"}}, "settings.bok"),
        ({"sync_minutes": -1}, "sync_minutes"),
        ({"remember_hours": 10**9}, "remember_hours"),
    ],
)
def test_what_cannot_be_added(root: Any, row: dict[str, Any], body: dict[str, Any], field: str) -> None:
    good = {"slug": "second", "title": "Second", "kind": "paper", "settings": {}}
    answer = root.post(URL, good | body, "json")
    assert answer.status_code == 400
    assert list(answer.data) == [field]
    assert Directory.objects.count() == 1


def test_the_order_is_the_order_of_asking(root: Any, row: dict[str, Any]) -> None:
    second = root.post(URL, {"slug": "second", "title": "Second", "kind": "paper", "settings": {}}, "json").data
    assert root.put(URL + "order/", {"ids": [second["id"], row["id"]]}, "json").status_code == 204
    assert [one["slug"] for one in root.get(URL).data["results"]] == ["second", "main"]
    assert root.put(URL + "order/", {"ids": [row["id"]]}, "json").status_code == 400


def test_a_group_gives_roles(root: Any, row: dict[str, Any], paper: Paper) -> None:
    assert root.get(f"{URL}{row['id']}/groups/?text=guard").data["results"][0]["id"] == GUARDS
    made = linked(root, row)
    assert root.post(f"{URL}{row['id']}/links/", {"id": GUARDS, "title": "Again"}, "json").status_code == 400
    [shown] = root.get(f"{URL}{row['id']}/links/").data["results"]
    assert (shown["title"], shown["grants"][0]["role"], shown["members"]) == ("Guards", "operator", 0)
    paper.write("anna")
    steps = root.post(
        URL + "test/", {"kind": "paper", "settings": {}, "directory": row["id"], "name": "anna"}, "json"
    ).data["steps"]
    assert steps[-1] == {"what": "Roles", "ok": True, "sentence": "They get: Operator (Guards)."}
    assert root.delete(f"{URL}{row['id']}/links/{made['id']}/").status_code == 204
    assert root.get(f"/api/v1/user-groups/{made['user_group']}/").status_code == 404


def test_comparing_people_first_looks(root: Any, row: dict[str, Any], paper: Paper) -> None:
    linked(root, row)
    for name in ("anna", "bert", "cora"):
        paper.write(name)
    seen = root.post(f"{URL}{row['id']}/sync/", {}, "json").data
    assert (seen["applied"], seen["counts"]["come"], User.objects.filter(directory="main").count()) == (False, 3, 0)
    root.post(f"{URL}{row['id']}/sync/", {"apply": True}, "json")
    assert User.objects.filter(directory="main").count() == 3
    paper.books["main"].clear()
    held = root.post(f"{URL}{row['id']}/sync/", {"apply": True}, "json").data
    assert "knows nobody" in held["held"]
    assert User.objects.filter(directory="main", is_active=True).count() == 3
    done = root.post(f"{URL}{row['id']}/sync/", {"apply": True, "confirmed": True}, "json").data
    assert done["counts"]["go"] == 3
    assert not User.objects.filter(directory="main", is_active=True).exists()


def test_a_directory_that_is_away_is_told(root: Any, row: dict[str, Any], paper: Paper) -> None:
    paper.away = True
    for method, path, body in (("post", "sync/", {"apply": True}), ("get", "groups/", None)):
        answer = getattr(root, method)(f"{URL}{row['id']}/{path}", body, "json")
        assert (answer.status_code, str(answer.data["detail"])) == (502, "The book does not answer.")
    assert root.get(f"{URL}{row['id']}/").data["error"] == "The book does not answer."


def test_who_may_not_do_what_its_groups_may_does_not_say_where_they_are(
    root: Any, row: dict[str, Any], client_of: Any, person: Any
) -> None:
    linked(root, row, "administrator")
    body = {"title": "Keeper", "permissions": ["system.directories"]}
    assert root.post("/api/v1/roles/", body, "json").status_code == 201
    keeper = client_of(person("keeper", "keeper"))
    assert keeper.get(URL).status_code == 200
    assert keeper.patch(f"{URL}{row['id']}/", {"settings": {"book": "mine"}}, "json").status_code == 403
    assert client_of(person("guard", "operator")).get(URL).status_code == 403


def test_a_directory_is_forgotten_with_its_groups(root: Any, row: dict[str, Any], paper: Paper) -> None:
    made = linked(root, row)
    paper.write("anna")
    root.post(f"{URL}{row['id']}/sync/", {"apply": True}, "json")
    assert root.delete(f"{URL}{row['id']}/").status_code == 204
    assert root.get(f"/api/v1/user-groups/{made['user_group']}/").status_code == 404
    assert not User.objects.get(username="anna").is_active
