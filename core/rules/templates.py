"""Templates in the settings of actions: `Plate {{ event.attributes.plate }} at {{ camera }}`.

A name in double braces is replaced by what it stands for; nothing else is there: no calls, no loops, no access to
anything but the declared names. `{{ name | json }}` writes the value as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

LONGEST = 20_000
_PARTS = ("id", "type", "title", "start", "end")
NAMES = ("event", *(f"event.{part}" for part in _PARTS), "camera", "rule", "site", "link", "now")
"""Names that are always there, beside `event.attributes.<name>`."""
_PLACE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_INSIDE = re.compile(r"([a-z_][a-z0-9_.]*)\s*(?:\|\s*([a-z]+))?", re.IGNORECASE)


def template_fields(model: type[BaseModel]) -> list[str]:
    """Names of the fields of an action's settings that are templates."""
    extras = {name: field.json_schema_extra for name, field in model.model_fields.items()}
    return [name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("template") is True]


def wrong(text: str, names: Iterable[str]) -> str:
    """What is wrong with a template, in one sentence; empty when nothing is. names: that may be used."""
    known = set(names)
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters."
    for place in _PLACE.finditer(text):
        inside = _INSIDE.fullmatch(place[1])
        if inside is None:
            return f"{place[0]!r} is no name in braces; write one such as {{{{ camera }}}}."
        if inside[1] not in known:
            return f"{inside[1]!r} is not there; there are {', '.join(sorted(known))}."
        if inside[2] not in (None, "json"):
            return f"{inside[2]!r} is no way to write a value; there is only json."
        if inside[1] == "event" and inside[2] is None:
            return "'event' is written as {{ event | json }}; or name a part of it, such as {{ event.title }}."
    return ""


def rendered(text: str, values: Mapping[str, Any]) -> str:
    """The template with values in its places; what the event does not say becomes empty, or null as JSON."""

    def fill(place: re.Match[str]) -> str:
        inside = _INSIDE.fullmatch(place[1])
        if inside is None:
            return place[0]
        value = values.get(inside[1])
        if inside[2] == "json":
            return json.dumps(value, ensure_ascii=False)
        return _written(value)

    return _PLACE.sub(fill, text)


def rendered_settings(settings: BaseModel, values: Mapping[str, Any]) -> BaseModel:
    """An action's settings with its templates rendered; texts in lists and values of mappings too."""
    changes = {name: _filled(getattr(settings, name), values) for name in template_fields(type(settings))}
    return settings.model_copy(update=changes) if changes else settings


def texts_of(value: Any) -> list[str]:
    """All texts of a template field: itself, or those in its list or mapping."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in texts_of(inner)]
    return [text for inner in value for text in texts_of(inner)] if isinstance(value, list | tuple) else []


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return rendered(value, values)
    if isinstance(value, Mapping):
        return {key: _filled(inner, values) for key, inner in value.items()}
    return [_filled(inner, values) for inner in value] if isinstance(value, list | tuple) else value


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
