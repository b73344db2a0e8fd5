"""Whoever changes something over REST is in the audit log: each route's code reaches the function that writes it.

What a handler calls is found in its sources: functions and methods by name, as they are bound where they are used. It
is a search for a way that is there, not a proof that it is taken; rooms test that themselves.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from types import FunctionType, MethodType, ModuleType
from typing import Any

import pytest

from core.system import audit
from core.web.tests.test_declarations import handled

CHANGING = ("post", "put", "patch", "delete")
DEEP = 8
NOT_AUDITED: dict[str, str] = {}


def changing() -> list[Any]:
    return [
        pytest.param(address, method, view, id=f"{method} {address}")
        for address, method, view in handled()
        if method in CHANGING and address.startswith("/api/")
    ]


@cache
def calls(function: FunctionType) -> tuple[ast.expr, ...]:
    """Whatever a function names: what it calls, and what it hands on to be called."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))


def found(owner: type | None, function: FunctionType, node: ast.expr) -> Any:
    """What a name stands for in a function; None where only running it would tell."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    imported = {**function.__globals__, **_imported_inside(function)}
    value: Any = owner if node.id in ("self", "cls") else imported.get(node.id)
    if isinstance(node, ast.Name) and node.id == "super":
        return None
    for name in names:
        value = inspect.getattr_static(value, name, None) if isinstance(value, type | ModuleType) else None
    return value


@cache
def _imported_inside(function: FunctionType) -> dict[str, Any]:
    """Imports within a function."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return {}
    names: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            try:
                exec(compile(ast.Module([node], []), "imports", "exec"), names)  # noqa: S102  our own imports
            except ImportError:
                continue
    return names


def reached(view: type, method: str) -> bool:
    """Whether a handler's code leads to `audit.record`."""
    start = getattr(view, method)
    seen: set[int] = set()
    todo: list[tuple[Any, type | None, int]] = [(start, view, 0)]
    while todo:
        thing, owner, deep = todo.pop()
        function = inspect.unwrap(getattr(thing, "__func__", thing)) if callable(thing) or thing else thing
        if isinstance(function, staticmethod | classmethod | MethodType):
            function = function.__func__
        if function is audit.record:
            return True
        if isinstance(function, property):
            function = function.fget
        if isinstance(function, type):
            todo += [(one, function, deep + 1) for one in _ours(function)] if deep < DEEP else []
            continue
        if not isinstance(function, FunctionType) or (id(function)) in seen or deep > DEEP:
            continue
        if not function.__module__.startswith(("core.", "plugins.")):
            continue
        seen.add(id(function))
        for node in calls(function):
            target = found(owner, function, node)
            if target is not None:
                holder = owner if _of_self(node) else _holder(function, node)
                todo.append((target, holder, deep + 1))
    return False


def _of_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def _holder(function: FunctionType, node: ast.expr) -> type | None:
    value = function.__globals__.get(node.value.id) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else None
    return value if isinstance(value, type) else None


def _ours(one: type) -> Iterator[Any]:
    """Methods of a class of ours that is made or used: what is called on it cannot be told from its name."""
    if one.__module__.startswith(("core.", "plugins.")) and not one.__module__.endswith(".models"):
        yield from (value for value in vars(one).values() if isinstance(value, FunctionType))


@pytest.mark.parametrize(("address", "method", "view"), changing())
def test_a_route_that_changes_something_writes_it_down(address: str, method: str, view: type) -> None:
    key = f"{method.upper()} {address}"
    if key in NOT_AUDITED:
        assert not reached(view, method), f"{key} is audited after all: take it off the list"
    else:
        assert reached(view, method), f"{key} changes something: call audit.record(), or say why not in NOT_AUDITED"


def test_the_list_of_exceptions_is_of_routes_that_exist() -> None:
    there = {f"{case.values[1].upper()} {case.values[0]}" for case in changing()}
    assert set(NOT_AUDITED) <= there
