"""A new key for the stored secrets, and everything that the old ones encrypted encrypted anew.

Row by row, each in a transaction of its own: whenever it is interrupted every secret is readable, and the next rotation
goes on where this one ended. Nothing has to be registered: a secret names its key, wherever in a model it lies. An old
key is kept until a day after it was replaced, for processes and files that still hold what it encrypted, and for as
long as anything in the database uses it.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, router, transaction
from django.db.models.functions import Cast

from core.configuration import configuration
from core.media.clock import Clock
from core.system import audit
from core.system.keyring import Keyring, SecretsError, keyring
from core.system.sealed import SealedField
from core.system.secrets import SEALED

KEPT_MS = 86_400_000
NAMED = 5
_TOKEN = re.compile(r"([0-9a-f]{8}):[A-Za-z0-9+/]{36,}={0,2}")


class RotationError(Exception):
    """The keys cannot be changed now; one sentence."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """key: the id of the key that encrypts everything now. resealed: secrets encrypted anew. resumed: it was begun
    before, and ended now, without another key. unreadable: what was altered, and forgotten: ids of keys removed.
    """

    key: str
    resealed: int
    resumed: bool
    unreadable: list[str]
    forgotten: list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """Where secrets may lie."""

    model: type[models.Model]
    name: str

    @property
    def is_json(self) -> bool:
        """JSON with secrets among its texts; else bytes that are one secret."""
        return isinstance(self.model._meta.get_field(self.name), models.JSONField)

    @property
    def database(self) -> str:
        """The alias of the model's database."""
        return router.db_for_write(self.model)

    def rows(self) -> models.QuerySet[Any]:
        """All rows, whatever the model's own managers hide."""
        return self.model._base_manager.using(self.database)

    def of(self, words: Collection[str]) -> list[Any]:
        """Primary keys of the rows whose text has one of these words in it; all where it is bytes."""
        if not self.is_json:
            return list(self.rows().exclude(**{self.name: b""}).values_list("pk", flat=True))
        having = models.Q()
        for word in words:
            having |= models.Q(text_of_secrets__contains=word)
        texts = self.rows().annotate(text_of_secrets=Cast(self.name, models.TextField()))
        return list(texts.filter(having).values_list("pk", flat=True)) if words else []

    def called(self, pk: Any) -> str:
        """What people call the row, such as `camera Door`."""
        row = self.rows().get(pk=pk)
        name = getattr(row, "name", "") or getattr(row, "plugin", "") or pk
        return f"{self.model._meta.verbose_name} {name}"


def rotate(clock: Clock, *, actor: str, address: str = "") -> Rotation:
    """Make a new key and encrypt all secrets with it; or end a rotation that was interrupted. Raises RotationError."""
    with _alone():
        ring = keyring()
        resealed, unreadable = _reseal_all(ring)
        resumed = resealed > 0
        if not resumed:
            ring.add_key(clock.wall_ms())
            resealed, unreadable = _reseal_all(ring)
        outcome = Rotation(ring.newest, resealed, resumed, unreadable, _forget(ring, clock))
    told = {"key": outcome.key, "secrets": resealed, "forgotten": outcome.forgotten}
    audit.record(actor, "secrets.rotate", f"key:{outcome.key}", after=told, address=address, clock=clock)
    return outcome


def forget_unused(clock: Clock) -> list[str]:
    """Remove old keys that have had their day and encrypt nothing any more; their ids."""
    ring = keyring()
    if not ring.older:
        return []
    with _alone():
        return _forget(ring, clock)


def lost() -> list[str]:
    """What holds secrets whose key is gone, to be entered again, as people call it; all of it is looked through."""
    ring = keyring()
    known = {ring.newest, *ring.older}
    found = []
    for column in columns():
        for pk in column.of([f'"{SEALED}"']):
            value = column.rows().filter(pk=pk).values_list(column.name, flat=True).first()
            if _keys_needed(value) - known:
                found.append(column.called(pk))
    return sorted(set(found))


def lost_sentence(found: list[str]) -> str:
    """What must be entered again."""
    rest = len(found) - NAMED
    named = ", ".join(found[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return f"secrets.key lacks the key of stored secrets; put its backup back, or enter those anew of: {named}."


def columns() -> list[Column]:
    """Every column that may hold secrets: core's, plugins' and libraries'."""
    return [
        Column(model, field.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.JSONField | SealedField)
    ]


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else changes the key file meanwhile."""
    path = configuration().data / "run" / "secrets.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RotationError("The keys are being changed already; wait until that is done.") from error
        yield


def _reseal_all(ring: Keyring) -> tuple[int, list[str]]:
    count, unreadable = 0, []
    words = [f"{name}:" for name in ring.older]
    for column in columns():
        for pk in column.of(words):
            try:
                count += _reseal(column, pk, ring)
            except SecretsError:
                unreadable.append(column.called(pk))
    return count, unreadable


def _reseal(column: Column, pk: Any, ring: Keyring) -> int:
    """Encrypt the old secrets of one row anew; how many. Raises SecretsError and leaves the row when one is altered."""
    with transaction.atomic(using=column.database):
        value = column.rows().select_for_update().filter(pk=pk).values_list(column.name, flat=True).first()
        count, anew = _anew(value, ring)
        if count:
            column.rows().filter(pk=pk).update(**{column.name: anew})
    return count


def _anew(value: Any, ring: Keyring) -> tuple[int, Any]:
    """How many secrets of a value were not of the newest key, and the value with these encrypted anew."""
    if isinstance(value, bytes | memoryview):
        sealed = bytes(value)
        if not sealed or _key_of(sealed) not in ring.older:
            return 0, value
        return 1, ring.encrypt_bytes(ring.decrypt_bytes(sealed))
    if isinstance(value, str):
        return (1, ring.encrypt(ring.decrypt(value))) if _keys_of(value) & {*ring.older} else (0, value)
    if isinstance(value, dict):
        inner = {key: _anew(one, ring) for key, one in value.items()}
        return sum(count for count, _ in inner.values()), {key: one for key, (_, one) in inner.items()}
    if isinstance(value, list):
        found = [_anew(one, ring) for one in value]
        return sum(count for count, _ in found), [one for _, one in found]
    return 0, value


def _key_of(sealed: bytes) -> str:
    return sealed.partition(b":")[0].decode("ascii", "replace")


def _keys_of(value: Any) -> set[str]:
    """Ids of the keys that a value's secrets name."""
    if isinstance(value, bytes | memoryview):
        return {_key_of(bytes(value))} if value else set()
    if isinstance(value, str):
        found = _TOKEN.fullmatch(value)
        return {found[1]} if found else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for one in inner for name in _keys_of(one)}


def _keys_needed(value: Any) -> set[str]:
    """Ids of the keys of what certainly is a secret: a text of any other id than ours may be anything."""
    if isinstance(value, dict) and set(value) != {SEALED}:
        return {name for one in value.values() for name in _keys_needed(one)}
    if isinstance(value, list):
        return {name for one in value for name in _keys_needed(one)}
    return set() if isinstance(value, str) else _keys_of(value)


def _forget(ring: Keyring, clock: Clock) -> list[str]:
    made = ring.made_ms(ring.newest)
    if made is not None and clock.wall_ms() - made < KEPT_MS:
        return []
    used = {name for column in columns() for name in _used(column, ring.older)}
    unused = [name for name in ring.older if name not in used]
    if unused:
        ring.forget(unused)
    return unused


def _used(column: Column, names: list[str]) -> set[str]:
    found = set()
    for pk in column.of([f"{name}:" for name in names]):
        found |= _keys_of(column.rows().filter(pk=pk).values_list(column.name, flat=True).first())
    return found
