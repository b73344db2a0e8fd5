"""What rules may ask of an event: its fields, their kinds, and which comparisons each kind knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from core.hookspecs.events import EventTypeSpec
from core.rules.definition import Kind

OPS: Mapping[str, tuple[str, ...]] = {
    "text": ("eq", "ne", "in", "contains", "matches"),
    "number": ("eq", "ne", "lt", "le", "gt", "ge", "between"),
    "boolean": ("eq",),
    "choice": ("eq", "ne", "in"),
    "list": ("contains",),
}
"""Comparisons by kind. `matches`: a text with `*` for any characters and `?` for one; all texts whatever their case."""


@dataclass(frozen=True, slots=True)
class EventField:
    """Something an event says. choices: its values where there are only these; unit: what a number counts."""

    name: str
    title: str
    kind: Kind
    choices: tuple[str, ...] = ()
    unit: str = ""


OBJECT_FIELDS = (
    EventField("object.label", "Object", "text"),
    EventField("object.score", "Certainty of the object", "number"),
)


def fields_of(spec: EventTypeSpec) -> dict[str, EventField]:
    """The fields of a kind of event by name; what has no kind that rules know is left out."""
    own = [replace(field, name=f"attributes.{field.name}") for field in attributes_of(spec.attributes)]
    return {field.name: field for field in [*own, *OBJECT_FIELDS]}


def common_fields(specs: Iterable[EventTypeSpec]) -> dict[str, EventField]:
    """The fields that at least one of these kinds has; those that two kinds mean differently are left out."""
    found: dict[str, EventField] = {}
    unclear = set()
    for spec in specs:
        for name, field in fields_of(spec).items():
            if name in found and found[name].kind != field.kind:
                unclear.add(name)
            found.setdefault(name, field)
    return {name: field for name, field in found.items() if name not in unclear}


def attributes_of(model: type[BaseModel]) -> Iterable[EventField]:
    """What events with these attributes say; what has no kind that rules know is left out."""
    schema = model.model_json_schema()
    for name, own in schema.get("properties", {}).items():
        resolved = _resolved(own, schema)
        kind = _kind(resolved)
        if kind is not None:
            choices = tuple(map(str, resolved.get("enum", ())))
            yield EventField(name, own.get("title") or name, kind, choices, own.get("unit", ""))


def _kind(schema: Mapping[str, Any]) -> Kind | None:
    if "enum" in schema and all(isinstance(one, str) for one in schema["enum"]):
        return "choice"
    kinds: dict[Any, Kind] = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean"}
    if schema.get("type") == "array" and schema.get("items", {}).get("type") == "string":
        return "list"
    return kinds.get(schema.get("type"))


def _resolved(own: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """References followed, and "this or null" taken as this."""
    if "$ref" in own:
        return _resolved(schema["$defs"][own["$ref"].rpartition("/")[2]], schema)
    for one in own.get("anyOf", ()):
        if one.get("type") != "null":
            return _resolved(one, schema)
    return own
