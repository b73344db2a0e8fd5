"""The plugin API as text: every hook and descriptor with its exact signature. Its snapshot is committed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.hookspecs.version import API_VERSION
from core.media import clock, source, units
from core.pluginhost.host import SPEC_MODULES

SNAPSHOT = Path(__file__).resolve().parents[1] / "hookspecs" / "signatures.txt"


def hooks() -> list[tuple[str, Callable[..., Any]]]:
    """All hook specs by name, with the module of their family in `function.__module__`."""
    found = [
        (name, one) for module in SPEC_MODULES for name, one in vars(module).items() if hasattr(one, "eyrie_policy")
    ]
    return sorted(found)


def declared_types() -> list[type]:
    """Descriptors, protocols and enumerations of the families and of the media they speak of, by name."""
    found = {
        one
        for module in (*SPEC_MODULES, source, units, clock)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    }
    return sorted(found, key=lambda one: one.__name__)


def snapshot() -> str:
    """The whole API as text, beginning with its version."""
    lines = [f"API {API_VERSION[0]}.{API_VERSION[1]}"]
    for name, function in hooks():
        lines.append(f"{signature(name, function)} policy={vars(function)['eyrie_policy']}")
    for one in declared_types():
        lines += [f"{one.__name__}", *(f"    {line}" for line in members(one))]
    return "\n".join(lines) + "\n"


def signature(name: str, function: Callable[..., Any]) -> str:
    """A function as one writes it."""
    found = inspect.signature(function)
    parts = []
    for one in found.parameters.values():
        if one.kind is one.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        default = "" if one.default is one.empty else f" = {one.default!r}"
        parts.append(one.name if one.annotation is one.empty else f"{one.name}: {one.annotation}{default}")
    result = "" if found.return_annotation is found.empty else f" -> {found.return_annotation}"
    return f"{name}({', '.join(parts)}){result}"


def members(one: type) -> Iterator[str]:
    """Fields, values or methods of a type, a line each."""
    if is_dataclass(one):
        for field in fields(one):
            yield f"{field.name}: {field.type}{_default(field)}"
    elif issubclass(one, Enum):
        for member in one:
            yield f"{member.name} = {member.value!r}"
    elif getattr(one, "_is_protocol", False) or issubclass(one, Exception):
        for name, function in sorted(vars(one).items()):
            if inspect.isfunction(function) and not name.startswith("_"):
                yield signature(name, function)


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        value = field.default
        return f" = {value.__name__ if isinstance(value, type) or inspect.isfunction(value) else _steady(value)}"
    return "" if field.default_factory is MISSING else " = ..."


def _steady(value: object) -> str:
    """A text that does not change with the order of a set."""
    return f"frozenset({sorted(value)})" if isinstance(value, frozenset) else repr(value)
