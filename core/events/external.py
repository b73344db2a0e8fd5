"""Kinds of events that integrators declare while the system runs, beside those that core and plugins bring along."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, create_model

from core.events.models import ExternalType
from core.hookspecs.events import EventTypeSpec
from core.pluginhost import UnknownName, host
from core.system import audit

PREFIX = "external."
KINDS: dict[str, type] = {"text": str, "number": float, "boolean": bool}
MOST_FIELDS = 50
_TYPE_NAME = re.compile(r"external(\.[a-z][a-z0-9_]*)+")
_FIELD: dict[str, Any] = {"name": "", "title": "", "kind": "", "required": False}
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")


class DeclarationError(ValueError):
    """A kind of event cannot be declared so. fields: sentence by field."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


class ExternalEvent(BaseModel):
    """Something another system tells. title: one line for people; source: who tells it; text: more words;
    zone: where in the picture, by a name that rules may ask for.
    """

    title: str = Field("", title="Title", max_length=200)
    source: str = Field("", title="Source", max_length=100)
    text: str = Field("", title="Text", max_length=4000)
    zone: str = Field("", title="Zone", max_length=100)


GENERIC = EventTypeSpec("external.event", "Event of another system", ExternalEvent)


def type_named(name: str) -> EventTypeSpec:
    """The declaration of a kind of event, whoever made it. Raises UnknownName, listing those of core and plugins."""
    try:
        return host().registry.get(EventTypeSpec, name)
    except UnknownName:
        row = ExternalType.objects.filter(name=name).first() if name.startswith(PREFIX) else None
        if row is None:
            raise
        return _spec(row)


def all_types() -> list[EventTypeSpec]:
    """All declared kinds, by name."""
    declared = host().registry.all(EventTypeSpec)
    return sorted([*declared, *map(_spec, ExternalType.objects.all())], key=lambda spec: spec.name)


def declared_fields() -> dict[str, list[dict[str, Any]]]:
    """The kinds that integrators declared: their attributes, as `declare` takes them, by name."""
    return dict(ExternalType.objects.values_list("name", "fields"))


def declare(name: str, title: str, fields: Sequence[dict[str, Any]], *, actor: str, address: str = "") -> EventTypeSpec:
    """Declare a kind of event, or declare it anew; events that are stored stay as they are. Raises DeclarationError."""
    wrong = _wrong(name, title, fields)
    if wrong:
        raise DeclarationError(wrong)
    rows = [{key: field.get(key, default) for key, default in _FIELD.items()} for field in fields]
    with transaction.atomic():
        before = ExternalType.objects.filter(name=name).first()
        row, _ = ExternalType.objects.update_or_create(name=name, defaults={"title": title, "fields": rows})
        old, new = _shown(before) if before else None, _shown(row)
        audit.record(actor, "event_type.declare", f"event_type:{name}", before=old, after=new, address=address)
    return _spec(row)


def withdraw(name: str, *, actor: str, address: str = "") -> bool:
    """Take a declaration back; its events stay. False when there is none of this name."""
    with transaction.atomic():
        gone, _ = ExternalType.objects.filter(name=name).delete()
        if gone:
            audit.record(actor, "event_type.withdraw", f"event_type:{name}", address=address)
    return bool(gone)


def _wrong(name: str, title: str, fields: Sequence[dict[str, Any]]) -> dict[str, str]:
    if not _TYPE_NAME.fullmatch(name) or len(name) > 100:
        return {"name": f"{name!r} is no name for it; give one such as external.door_bell."}
    if any(spec.name == name for spec in host().registry.all(EventTypeSpec)):
        return {"name": f"{name!r} is a kind of Eyrie's own; choose another name."}
    if not title.strip():
        return {"title": "is empty; say what people should read."}
    names = [field.get("name", "") for field in fields]
    if len(names) > MOST_FIELDS or len(set(names)) < len(names):
        return {"fields": f"must be at most {MOST_FIELDS}, each of another name."}
    for field in fields:
        if not _FIELD_NAME.fullmatch(str(field.get("name", ""))):
            return {"fields": f"{field.get('name', '')!r} is no name of a field; give one such as badge_number."}
        if field.get("kind") not in KINDS:
            return {"fields": f"{field['name']}: {field.get('kind')!r} is no kind; give one of {', '.join(KINDS)}."}
    return {}


def _shown(row: ExternalType) -> dict[str, Any]:
    return {"title": row.title, "fields": row.fields}


def _spec(row: ExternalType) -> EventTypeSpec:
    return EventTypeSpec(row.name, row.title, _model(row.name, json.dumps(row.fields, sort_keys=True)))


@lru_cache(maxsize=256)
def _model(name: str, fields: str) -> type[BaseModel]:
    members: dict[str, Any] = {}
    for field in json.loads(fields):
        kind, title = KINDS[field["kind"]], field["title"] or field["name"]
        members[field["name"]] = (
            (kind, Field(title=title)) if field["required"] else (kind | None, Field(None, title=title))
        )
    return create_model(name.replace(".", "_"), __config__=ConfigDict(extra="forbid"), **members)
