"""Conditions on events: checked against the kinds of events they are about, then made into plain functions.

Nothing is evaluated as code: a condition is a tree of known comparisons of known fields.
"""

from __future__ import annotations

import fnmatch
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from core.hookspecs.events import Event
from core.rules.definition import DEEPEST, MOST_NODES, All, AnyOf, Comparison, Condition, Not, nodes
from core.rules.fields import OPS, EventField

LONGEST_TEXT = 500
LONGEST_LIST = 10_000
Matches = Callable[[Event], bool]
_Compare = Callable[[Any], bool]
_NUMBERS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def wrong(condition: Condition | None, fields: Mapping[str, EventField]) -> str:
    """What is wrong with a condition on events that have these fields, in one sentence; empty when nothing is."""
    parts = nodes(condition)
    if len(parts) > MOST_NODES or any(depth > DEEPEST for _, depth in parts):
        return f"has more than {MOST_NODES} parts, or more than {DEEPEST} levels; make two rules of it."
    for part, _ in parts:
        if isinstance(part, Comparison) and (sentence := _wrong_test(part, fields)):
            return sentence
    return ""


def compiled(condition: Condition | None) -> Matches:
    """The condition as a function; it has been found right. An event that lacks a field does not match its test."""
    if condition is None:
        return lambda event: True
    if isinstance(condition, Comparison):
        return _test(condition)
    if isinstance(condition, Not):
        inner = compiled(condition.negated)
        return lambda event: not inner(event)
    every = [compiled(one) for one in (condition.all if isinstance(condition, All) else condition.any)]
    if isinstance(condition, AnyOf):
        return lambda event: any(one(event) for one in every)
    return lambda event: all(one(event) for one in every)


def _wrong_test(test: Comparison, fields: Mapping[str, EventField]) -> str:
    field = fields.get(test.field)
    if field is None:
        return f"{test.field!r} is no field of these events; there are {', '.join(sorted(fields)) or 'none'}."
    if test.op not in OPS[field.kind]:
        return f"{test.field}: {test.op!r} is no comparison of a {field.kind}; give {', '.join(OPS[field.kind])}."
    return f"{test.field}: {sentence}" if (sentence := _wrong_value(test, field)) else ""


def _wrong_value(test: Comparison, field: EventField) -> str:
    value, many = test.value, test.op in ("in", "between")
    if many and (not isinstance(value, list) or not 0 < len(value) <= LONGEST_LIST):
        return f"{test.op!r} takes a list of values, {LONGEST_LIST} at most."
    if test.op == "between" and len(value) != 2:
        return "'between' takes two numbers, the smaller first."
    for one in value if many else [value]:
        if field.kind == "number" and not _is_number(one):
            return f"{one!r} is no number."
        if field.kind == "boolean" and not isinstance(one, bool):
            return f"{one!r} is neither true nor false."
        if field.kind in ("text", "choice", "list") and (not isinstance(one, str) or len(one) > LONGEST_TEXT):
            return f"{one!r:.80} is no text of at most {LONGEST_TEXT} characters."
        if field.kind == "choice" and one not in field.choices:
            return f"{one!r} is none of {', '.join(field.choices)}."
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _test(test: Comparison) -> Matches:
    values, compare = _values(test.field), _comparison(test.op, test.value)
    # "is not" means that no value is that one; all else that some value is so.
    if test.op == "ne":
        return lambda event: bool(found := values(event)) and all(compare(one) for one in found)
    return lambda event: any(compare(one) for one in values(event))


def _values(name: str) -> Callable[[Event], list[Any]]:
    """Reads the values of a field: several for a list and for objects, none where the event does not say."""
    what, _, key = name.partition(".")
    if what == "object":
        return lambda event: [getattr(one, key) for one in event.objects]

    def read(event: Event) -> list[Any]:
        value = event.attributes.get(key)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    return read


def _comparison(op: str, value: Any) -> _Compare:
    if op == "in":
        chosen = frozenset(map(_plain, value))
        return lambda found: _plain(found) in chosen
    if op == "between":
        low, high = value
        return lambda found: _is_number(found) and low <= found <= high
    if op == "contains":
        part = _plain(value)
        return lambda found: part in str(_plain(found))
    if op == "matches":
        pattern = re.compile(fnmatch.translate(_plain(value).replace("[", "[[]")))
        return lambda found: pattern.match(str(_plain(found))) is not None
    if op in ("eq", "ne"):
        wanted, compare = _plain(value), _NUMBERS[op]
        return lambda found: compare(_plain(found), wanted)
    compare = _NUMBERS[op]
    return lambda found: _is_number(found) and compare(found, value)


def _plain(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
