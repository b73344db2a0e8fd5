"""Rows of a configuration part as plain values, secrets in the clear inside `Secret`, and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Field, ForeignKey, JSONField, ManyToManyField, Model

from core.hookspecs.configuration import ConfigurationPart
from core.system.keyring import SecretsError, keyring
from core.system.secrets import SEALED

Row = dict[str, Any]
"""Values by field, and `id`; many-to-many fields as sorted ids."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret value; text None: left out of the file, or no longer readable."""

    text: str | None = field(repr=False)


def walked(value: Any, path: str, change: Callable[[Any, str], Any]) -> Any:
    """A JSON value with `change(value, path)` applied from the leaves up; path: such as `settings.account.password`."""
    if isinstance(value, dict):
        value = {key: walked(inner, f"{path}.{key}", change) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [walked(inner, f"{path}.{number}", change) for number, inner in enumerate(value)]
    return change(value, path)


def read_rows(part: ConfigurationPart) -> dict[Any, Row]:
    """The part's rows by id."""
    return {row.pk: _row_of(part, row) for row in part.model.objects.filter(**part.only).order_by("pk")}


def _row_of(part: ConfigurationPart, row: Model) -> Row:
    values: Row = {"id": row.pk}
    for name in part.fields:
        model_field = row._meta.get_field(name)
        if isinstance(model_field, ManyToManyField):
            values[name] = sorted(getattr(row, name).values_list("pk", flat=True))
        elif isinstance(model_field, ForeignKey):
            values[name] = _reference(part, row, name)
        elif name in part.secret:
            values[name] = Secret(getattr(row, name))
        else:
            values[name] = walked(_plain(getattr(row, name)), name, _opened)
    return values


def _reference(part: ConfigurationPart, row: Model, name: str) -> Any:
    if name not in part.by:
        return getattr(row, f"{name}_id")
    other = getattr(row, name)
    return None if other is None else getattr(other, part.by[name])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _opened(value: Any, path: str) -> Any:
    if not (isinstance(value, dict) and set(value) == {SEALED}):
        return value
    try:
        return Secret(keyring().decrypt(str(value[SEALED])))
    except SecretsError:
        return Secret(None)


def write_row(part: ConfigurationPart, wanted: Row, existing: Model | None) -> Model:
    """Add the row, or change the existing one into it. Raises what Django's checks and the database say is wrong."""
    row = existing or part.model(pk=part.model._meta.pk.to_python(wanted["id"]))
    several: dict[str, Iterable[Any]] = {}
    for name in part.fields:
        if name not in wanted:
            continue
        model_field = part.model._meta.get_field(name)
        if isinstance(model_field, ManyToManyField):
            several[name] = wanted[name]
        elif isinstance(model_field, ForeignKey):
            setattr(row, model_field.attname, _referred(part, model_field, wanted[name]))
        else:
            setattr(row, name, model_field.to_python(walked(wanted[name], name, _closed_in(part))))
    row.clean_fields(exclude=[one.name for one in row._meta.fields if not _is_checked(part, row, one)])
    row.save()
    for name, ids in several.items():
        getattr(row, name).set(ids)
    return row


def _is_checked(part: ConfigurationPart, row: Model, model_field: Field[Any, Any]) -> bool:
    """Others may be empty, or are checked by the database."""
    if isinstance(model_field, JSONField) or model_field.is_relation:
        return False
    if model_field.null and getattr(row, model_field.name) is None:
        return False
    return model_field.name in part.fields and model_field.name not in part.secret


def _closed_in(part: ConfigurationPart) -> Callable[[Any, str], Any]:
    def closed(value: Any, path: str) -> Any:
        if not isinstance(value, Secret):
            return value
        return (value.text or "") if path in part.secret else {SEALED: keyring().encrypt(value.text or "")}

    return closed


def _referred(part: ConfigurationPart, model_field: ForeignKey[Any, Any], value: Any) -> Any:
    """The other row's key. Raises DoesNotExist when it is told by a name that is not there."""
    if value is None or model_field.name not in part.by:
        return value
    other: Any = model_field.related_model
    return other.objects.get(**{part.by[model_field.name]: value}).pk
