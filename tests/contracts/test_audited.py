"""Whoever changes something over REST is in the audit log: each route's code reaches the function that writes it.

What a handler calls is found in its sources: functions and methods by name, as they are bound where they are used. It
is a search for a way that is there, not a proof that it is taken; rooms test that themselves.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from contextlib import suppress
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import pytest

from core.system import audit
from core.web.surface import Kind, doors

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
DEEP = 8
TRIES = "tries what is given and keeps nothing"
BEGINS = "asks a browser or an app; what it answers is audited"
ITSELF = "what is sent is stored as an event, which says by whom"
NOT_AUDITED = {
    "POST /api/v1/auth/login/passkey/begin/": BEGINS,
    "POST /api/v1/auth/fresh/passkey/": BEGINS,
    "POST /api/v1/auth/ticket/": "stands for 30 s for what its owner holds anyway",
    "POST /api/v1/account/app/begin/": BEGINS,
    "POST /api/v1/account/passkeys/begin/": BEGINS,
    "POST /api/v1/cameras/probe/": TRIES,
    "POST /api/v1/cameras/<int:camera_id>/probe/": TRIES,
    "POST /api/v1/cameras/<int:camera_id>/ptz/": "a hold is audited once, by who takes it (core.cameras.steering)",
    "POST /api/v1/events/": ITSELF,
    "POST /api/v1/rules/dry-run/": TRIES,
    "POST /api/v1/backup/targets/probe/": TRIES,
    "POST /api/v1/directories/test/": TRIES,
    "POST /api/v1/system/configuration/copies/now/": "the task that makes the copy writes it (core.backup)",
    "POST /api/v1/volumes/probe/": TRIES,
    "POST /api/v1/plugins/accesscontrol/badges/": ITSELF,
    "POST /api/v1/plugins/accesscontrol/webhook/": ITSELF,
    "POST /api/v1/plugins/onvif/many/<int:round_id>/preview/": TRIES,
}


def changing() -> list[Any]:
    return [
        pytest.param(door.route, door.method.lower(), door.view, id=f"{door.method} {door.route}")
        for door in doors()
        if door.kind is Kind.REST and door.method in CHANGING
    ]


@cache
def syntax(function: FunctionType) -> tuple[ast.AST, ...]:
    """The nodes of a function's source; nothing where there is none."""
    try:
        return tuple(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))))
    except (OSError, TypeError, SyntaxError):
        return ()


@cache
def names_in(function: FunctionType) -> dict[str, Any]:
    """What names stand for in a function: those of its module, and what it imports itself."""
    names = dict(function.__globals__)
    for node in syntax(function):
        if isinstance(node, ast.ImportFrom):
            with suppress(ImportError):
                exec(compile(ast.Module([node], []), "imports", "exec"), names)  # noqa: S102  our own imports
    return names


def meant(owner: type | None, function: FunctionType, node: ast.Name | ast.Attribute) -> tuple[Any, type | None]:
    """What a name or `a.b.c` stands for, and the class it belongs to; None where only running it would tell."""
    path: list[str] = []
    at: ast.expr = node
    while isinstance(at, ast.Attribute):
        path.insert(0, at.attr)
        at = at.value
    if not isinstance(at, ast.Name):
        return None, None
    value: Any = owner if at.id in ("self", "cls") else names_in(function).get(at.id)
    belongs = None
    for name in path:
        belongs = value if isinstance(value, type) else None
        value = inspect.getattr_static(value, name, None) if isinstance(value, type | ModuleType) else None
    return value, belongs


def body_of(thing: Any) -> FunctionType | None:
    """The function below decorators, if there is one of ours."""
    thing = thing.fget if isinstance(thing, property) else getattr(thing, "__func__", thing)
    function = inspect.unwrap(thing) if callable(thing) else thing
    return function if isinstance(function, FunctionType) and ours(function) else None


def ours(thing: Any) -> bool:
    return str(thing.__module__).startswith(("core.", "plugins."))


def reached(view: type, method: str) -> bool:
    """Whether a handler's code leads to `audit.record`."""
    seen: set[FunctionType] = set()
    todo: list[tuple[Any, type | None, int]] = [(getattr(view, method), view, 0)]
    while todo:
        thing, owner, deep = todo.pop()
        if thing is audit.record:
            return True
        if isinstance(thing, type) and ours(thing) and deep < DEEP:
            # It is made or asked for something: what is called on it cannot be told from a name.
            todo += [(one, thing, deep + 1) for one in vars(thing).values() if isinstance(one, FunctionType)]
        function = body_of(thing)
        if function is None or function in seen or deep > DEEP:
            continue
        seen.add(function)
        for node in syntax(function):
            if isinstance(node, ast.Name | ast.Attribute):
                value, belongs = meant(owner, function, node)
                todo.append((value, belongs or owner, deep + 1))
    return False


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
