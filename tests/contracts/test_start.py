"""A whole installation with a plugin from elsewhere: migrated, served, described."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.contracts.starts import Start
from tests.contracts.test_dummy import DUMMY

LIFE = """
import io, json
from django.core.management import call_command
from django.db import connection
from django.test import Client

for database in ("default", "index"):
    call_command("migrate", database=database, verbosity=0)

from core.access.models import User
from core.access.services import ensure_administrator

ensure_administrator("a long password 1")
anonymous, administrator, nobody = Client(), Client(), Client()
administrator.force_login(User.objects.get())
nobody.force_login(User.objects.create(username="nobody"))
path = "/api/v1/plugins/dummy/greeting/"
seen = {
    "codes": [client.get(path).status_code for client in (anonymous, nobody, administrator)],
    "body": administrator.get(path).json(),
    "state": administrator.get("/api/v1/plugins/dummy/").json()["state"],
}
for step in ("zero", "0001"):
    call_command("migrate", "plugin_dummy", step, verbosity=0)
    seen[step] = "plugin_dummy_greeting" in connection.introspection.table_names()
call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())
call_command("check", fail_level="WARNING", stdout=io.StringIO())
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    start = Start(tmp_path_factory.mktemp("whole"), DUMMY)
    result = start.python(LIFE, plugins="dummy", strict_plugins="1")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_route_arrives_and_asks_for_its_permission(seen: dict[str, Any]) -> None:
    anonymous, nobody, administrator = seen["codes"]
    assert anonymous in (401, 403)
    assert (nobody, administrator) == (403, 200)
    assert seen["body"] == {"greeting": "hello"}


def test_rest_shows_its_state(seen: dict[str, Any]) -> None:
    assert seen["state"] == "loaded"


def test_its_tables_go_and_come_back(seen: dict[str, Any]) -> None:
    assert (seen["zero"], seen["0001"]) == (False, True)


@pytest.mark.django_db(databases="__all__")
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True)


@pytest.mark.django_db(databases="__all__")
def test_django_finds_nothing_wrong() -> None:
    call_command("check", fail_level="WARNING")


def test_reference_is_current(tmp_path: Path) -> None:
    result = Start(tmp_path).run("reference", "--check")
    assert result.returncode == 0, result.stderr
