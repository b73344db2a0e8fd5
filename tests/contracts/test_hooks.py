"""The plugin API: typed, documented, tested, called through one typed face, and changed on purpose only."""

import ast
import inspect
from pathlib import Path

import pytest

from core import api
from core.hookspecs.marks import Policy
from core.pluginhost import signatures
from core.pluginhost.facade import Hooks
from core.pluginhost.families import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
HOOKS = dict(signatures.hooks())


def test_signatures_are_those_committed() -> None:
    committed = signatures.SNAPSHOT.read_text("utf-8")
    assert signatures.snapshot() == committed, (
        "The plugin API changed: raise API_VERSION in core/hookspecs/version.py, then run `manage.py reference`."
    )


@pytest.mark.parametrize("name", HOOKS)
def test_hook_is_typed_and_documented(name: str) -> None:
    function = HOOKS[name]
    found = inspect.signature(function)
    assert found.return_annotation is not found.empty
    assert all(one.annotation is not one.empty for one in found.parameters.values())
    assert len(inspect.getdoc(function) or "") > 40, "say when it is called, in which process, and what it returns"
    assert isinstance(vars(function)["eyrie_policy"], Policy)
    assert f"### {name}\n" in (ROOT / "docs/reference/hooks.md").read_text("utf-8")


@pytest.mark.parametrize("name", HOOKS)
def test_hook_has_a_test_named_after_it(name: str) -> None:
    tree = ast.parse((ROOT / "tests/contracts/test_dummy.py").read_text("utf-8"))
    tests = {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert f"test_{name}" in tests


@pytest.mark.parametrize("name", HOOKS)
def test_names_follow_the_grammar(name: str) -> None:
    returns = str(inspect.signature(HOOKS[name]).return_annotation)
    kind = name.split("_")[0]
    assert kind in ("register", "on", "decide")
    assert returns.startswith("Iterable[") if kind == "register" else True
    assert returns == "None" if kind == "on" else True
    assert returns.endswith("| None") if kind == "decide" else True


@pytest.mark.parametrize("name", [name for name in HOOKS if not name.startswith("register_")])
def test_facade_has_the_same_signature(name: str) -> None:
    spec, method = inspect.signature(HOOKS[name]), inspect.signature(getattr(Hooks, name))
    assert list(spec.parameters) == list(method.parameters)[1:]
    assert [p.annotation for p in spec.parameters.values()] == [p.annotation for p in method.parameters.values()][1:]


def test_everything_plugins_need_is_exported() -> None:
    missing = {kind.__name__ for kind in FAMILIES} - set(api.__all__)
    assert not missing
    for one in signatures.declared_types():
        assert one.__name__ in api.__all__, f"{one.__name__} is part of the plugin API but not of core.api"


def test_api_names_are_sorted_and_there() -> None:
    assert all(hasattr(api, name) for name in api.__all__)
