"""Who may import whom. The layers are import-linter's contracts in pyproject.toml (`make lint`, which is a part of
`make test`); what it cannot say is below."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.contracts.sources import ROOT, Source, sources

DOMAINS = ("access", "cameras", "events", "recording", "system")


def _contracts() -> list[dict[str, object]]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert isinstance(found, list)
    return found


def test_no_contract_has_an_exemption() -> None:
    assert [c["name"] for c in _contracts() if c.get("ignore_imports")] == []


def test_every_room_of_core_is_closed_to_plugins() -> None:
    rooms = {
        f"core.{path.stem}"
        for path in (ROOT / "core").iterdir()
        if path.stem != "tests" and path.name[0] not in "._" and (path.suffix == ".py" or any(path.glob("*.py")))
    }
    (contract,) = [c for c in _contracts() if c["name"] == "Plugins and portal import core.api only"]
    assert contract["forbidden_modules"] == sorted(rooms - {"core.api", "core.testing"})


def test_only_tests_of_plugins_use_the_test_kit() -> None:
    wrong = [
        f"{source.name}:{line}"
        for source in sources()
        if source.name.startswith(("plugins/", "webapp/")) and not _is_test_kit_user(source)
        for line, name in source.imports
        if name.startswith("core.testing")
    ]
    assert not wrong, wrong


def _is_test_kit_user(source: Source) -> bool:
    return source.is_test or Path(source.name).name == "testing.py"


@pytest.mark.parametrize("domain", DOMAINS)
def test_domains_do_not_touch_each_others_models(domain: str) -> None:
    others = tuple(f"core/{other}/" for other in DOMAINS if other != domain)
    wrong = [
        f"{source.name}:{line} imports {name}"
        for source in sources()
        if source.name.startswith(others) and not source.is_test
        for line, name in source.imports
        if name.startswith(f"core.{domain}.models.")
    ]
    assert not wrong, wrong


def test_strangers_see_core_api_only() -> None:
    """The dummy stands for a plugin from elsewhere."""
    wrong = [
        f"{source.name}:{line} imports {name}"
        for source in sources()
        if "plugin_dummy" in source.name
        for line, name in source.imports
        if name.startswith("core.") and not name.startswith("core.api")
    ]
    assert not wrong, wrong


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """`except Exception:` that does not raise again."""
    names = (
        {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else {"Exception"}
    )
    raises = any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
    return bool(names & {"Exception", "BaseException"}) and not raises


def test_catch_all_is_in_one_place() -> None:
    places = {
        source.name
        for source in sources()
        if source.name.startswith(("core/", "plugins/", "webapp/")) and not source.is_test
        if any(_catches_all(node) for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler))
    }
    assert places == {"core/pluginhost/guard.py"}, places
