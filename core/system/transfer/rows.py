"""Rows of a configuration part as plain values, secrets in the clear inside `Secret`, and back again."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BinaryField, Field, ForeignKey, JSONField, ManyToManyField, Model

from core.hookspecs.configuration import ConfigurationPart
from core.system.keyring import SecretsError, keyring
from core.system.sealed import SealedField
from core.system.secrets import SEALED

Row = dict[str, Any]
"""Values by field, and `id`; many-to-many fields as sorted ids, bytes as they are."""
PLAIN, MARKED, TOKEN, SEALED_BYTES = "plain", "marked", "token", "bytes"
FORMS = (PLAIN, MARKED, TOKEN, SEALED_BYTES)
_TOKEN = re.compile(r"[0-9a-f]{8}:[A-Za-z0-9+/]{38,}={0,2}")  # as Keyring.encrypt makes them


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret value; text None: left out of the file, or no longer readable.

    form: how it lies in its row: as it is (`plain`), as `{"$sealed": token}` (`marked`), as a token alone, or as sealed
    bytes, of which text is the Base64.
    """

    text: str | None = field(repr=False)
    form: str = MARKED


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
            values[name] = Secret(getattr(row, name), PLAIN)
        elif isinstance(model_field, BinaryField):
            values[name] = _bytes(bytes(getattr(row, name)), sealed=isinstance(model_field, SealedField))
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


def _bytes(value: bytes, *, sealed: bool) -> Any:
    if not sealed or not value:
        return value
    try:
        return Secret(base64.b64encode(keyring().decrypt_bytes(value)).decode(), SEALED_BYTES)
    except SecretsError:
        return Secret(None, SEALED_BYTES)


def _opened(value: Any, path: str) -> Any:
    """Sealed values, from the leaves up: a token, then what carries it."""
    if isinstance(value, str) and _TOKEN.fullmatch(value):
        try:
            return Secret(keyring().decrypt(value), TOKEN)
        except SecretsError:
            return value  # it only looks like one, or its key is gone
    if isinstance(value, dict) and set(value) == {SEALED}:
        inner = value[SEALED]
        return Secret(inner.text if isinstance(inner, Secret) else None)
    return value


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
            setattr(row, name, model_field.to_python(walked(wanted[name], name, _closed)))
    row.clean_fields(exclude=[one.name for one in row._meta.fields if not _is_checked(part, row, one)])
    row.save()
    for name, ids in several.items():
        getattr(row, name).set(ids)
    return row


def _is_checked(part: ConfigurationPart, row: Model, model_field: Field[Any, Any]) -> bool:
    """Others may be empty, or are checked by the database."""
    if isinstance(model_field, JSONField | BinaryField) or model_field.is_relation:
        return False
    if model_field.null and getattr(row, model_field.name) is None:
        return False
    return model_field.name in part.fields and model_field.name not in part.secret


def _closed(value: Any, path: str) -> Any:
    """A secret as it lies in a row, sealed with this installation's key."""
    if not isinstance(value, Secret):
        return value
    text = value.text or ""
    if value.form == PLAIN:
        return text
    if value.form == SEALED_BYTES:
        return keyring().encrypt_bytes(base64.b64decode(text)) if text else b""
    token = keyring().encrypt(text)
    return token if value.form == TOKEN else {SEALED: token}


def _referred(part: ConfigurationPart, model_field: ForeignKey[Any, Any], value: Any) -> Any:
    """The other row's key. Raises DoesNotExist when it is told by a name that is not there."""
    if value is None or model_field.name not in part.by:
        return value
    other: Any = model_field.related_model
    return other.objects.get(**{part.by[model_field.name]: value}).pk
