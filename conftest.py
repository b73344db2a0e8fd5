"""Every test run has a data directory of its own and knows no setting of the machine it runs on.

This runs before Django's settings are read, which is why their module is named here and not in pyproject.toml:
pytest-django would read them before any conftest. The database is SQLite in memory or, with TEST_DATABASE_URL
(see scripts/with-postgres.sh), PostgreSQL. Plugins are strict: a failing one fails the test.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from core.pluginhost.discovery import built_in

gc.disable()  # nothing of what is imported is garbage, and looking for some took a third of the collection's time

pytest_plugins = ["core.testing.pytest_plugin"]

_TEST_DATABASE = os.environ.get("TEST_DATABASE_URL")

for _name in [name for name in os.environ if name.startswith("EYRIE_")]:
    del os.environ[_name]

_DATA = tempfile.mkdtemp(prefix="eyrie-test-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
os.environ["EYRIE_DATA"] = _DATA
os.environ["EYRIE_STRICT_PLUGINS"] = "1"
# The built-in ones, and those whose tables and routes are tested although they are off at first.
os.environ["EYRIE_PLUGINS"] = ",".join([*built_in(), "accesscontrol", "faces", "ldap_rbac", "oidc", "webpush"])
# Tests ask as often as they like; those of the limits set their own.
for _name in ("READS_PER_MINUTE", "WRITES_PER_MINUTE", "HEAVY_PER_MINUTE"):
    os.environ[f"EYRIE_{_name}"] = "0"
if _TEST_DATABASE:
    os.environ["EYRIE_DATABASE_URL"] = _TEST_DATABASE

django.setup()  # before the rooms' own conftests, which import models, are read
# Processes that run files beside each other (pytest-xdist) inherit this environment; with the name in it pytest-django
# would read the settings before this file has given them a data directory of their own.
del os.environ["DJANGO_SETTINGS_MODULE"]
# Argon2 takes tens of milliseconds on purpose; what is tested is who may sign in, not how the password is kept.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
_STATIC = {"servestatic.middleware.ServeStaticMiddleware": "tests.rig.static_files.FoundOnce"}
settings.MIDDLEWARE = [_STATIC.get(name, name) for name in settings.MIDDLEWARE]

from tests.rig.emptied import empty_all  # noqa: E402  it needs models, which are there from here on

TransactionTestCase._fixture_teardown = empty_all

# The same examples in every run: a landing is not the place to look for new ones. `make test-slow` does that.
hypothesis.settings.register_profile("same", derandomize=True, database=None)
hypothesis.settings.register_profile("search", max_examples=2000, database=None)
hypothesis.settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `make test` uses for its second round."""
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that use the database, and not marked one_database: to repeat them on another one",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes run the tests, this says which run together."""
    from tests.rig.parallel import Rows

    return Rows(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what `--only-database` asks for."""
    if config.getoption("--only-database"):
        kept = [item for item in items if _uses_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Once the tests are there, garbage is looked for again."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_database") is not None:
        return False
    fixtures = {"db", "transactional_db", "django_db_reset_sequences", "postgres_url"}
    return item.get_closest_marker("django_db") is not None or bool(fixtures & set(getattr(item, "fixturenames", ())))


def pytest_report_header(config: pytest.Config) -> str:
    """Say which database this run uses."""
    return f"database: {'PostgreSQL' if _TEST_DATABASE else 'SQLite'}"


@pytest.fixture
def postgres_url() -> str:
    """An empty PostgreSQL database, for a whole system to run on; skips where this run has none."""
    if not _TEST_DATABASE:
        pytest.skip("no PostgreSQL in this run; scripts/with-postgres.sh starts one")
    return _TEST_DATABASE
