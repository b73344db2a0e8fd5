"""What belongs to the configuration that is backed up and restored as one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class ConfigurationPart:
    """One table of settings, row by row as it stands. Rows keep their ids, so what names an id elsewhere stays right.

    model: the Django model. fields: names of its fields that are kept, also foreign keys and many-to-many ones; others
        keep what they have, or get their default. Secrets in JSON fields, as `seal` leaves them, are found by
        themselves. secret: names of text fields that are secret as a whole.
    label: the field that names a row for people, or several with spaces between them.
    only: rows that belong to it, as arguments of `filter`.
    by: foreign keys that are kept by a unique field of the other table instead of its id, such as {"role": "name"}.
    single: the table has one row or none, which is made when it is first needed: a file without it leaves it alone.
    after: keys of parts (`core.cameras`) that must be there before this one's rows can be.
    version: raised when rows must be rewritten; `migrate(old_version, row)` then returns the row as it is now.
    changed: called in the transaction for each row with "added", "changed" or "removed", after it was written.
    check: called in it once everything is written; raises ValueError with one sentence to have nothing restored.
    optional: why somebody may not want it in a file, one sentence; it is then kept only where that is asked for.
    """

    name: str
    title: str
    model: type[Any]
    fields: tuple[str, ...]
    label: str
    secret: tuple[str, ...] = ()
    only: Mapping[str, Any] = field(default_factory=dict)
    by: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    after: tuple[str, ...] = ()
    version: int = 1
    migrate: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None
    changed: Callable[[Any, str], None] | None = None
    check: Callable[[], None] | None = None
    optional: str = ""


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """A few small files that belong to the configuration and are in no table, such as a certificate. They are kept only
    in files that are locked by a passphrase.

    read: the files as they are, by name: letters, digits, dots, dashes. write: make them so; those that are not among
        them are removed. Called after all tables are restored; raises OSError.
    check: raises ValueError with one sentence when files cannot be taken; called before anything is changed.
    """

    name: str
    title: str
    read: Callable[[], Mapping[str, bytes]]
    write: Callable[[Mapping[str, bytes]], None]
    check: Callable[[Mapping[str, bytes]], None] | None = None


@hookspec()
def register_configuration() -> Iterable[ConfigurationPart]:
    """Offer tables that belong to the configuration. Called in every process once at start."""
    raise NotImplementedError


@hookspec()
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """Offer files that belong to the configuration. Called in every process once at start."""
    raise NotImplementedError
