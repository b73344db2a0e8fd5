"""The whole configuration as one file, and back: what would change is told first, then all of it is done or nothing.

Each room of core and each plugin contributes its tables (`register_configuration`) and files. Afterwards the tables
hold what the file holds: rows are added, changed and removed. Tables that the file does not know stay as they are. What
was before is kept in a file of its own (core.system.transfer.safety).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.color import no_style
from django.db import Error, connections, router, transaction

from core.hookspecs.configuration import ConfigurationPart
from core.media.clock import Clock, SystemClock
from core.pluginhost import host
from core.pluginhost.registry import Entry
from core.system import audit
from core.system.release import release
from core.system.site import site
from core.system.transfer import files, safety
from core.system.transfer.archive import ArchiveError, Contents, pack, unpack
from core.system.transfer.rows import Row, Secret, read_rows, walked, write_row

_CLOCK = SystemClock()
_SHOWN_SECRET = "********"  # noqa: S105  what stands for one
Parts = list[Entry[ConfigurationPart]]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that a restore adds, changes or removes. fields: what changes of it, before and after, secrets masked."""

    part: str
    title: str
    kind: str
    name: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a restore came to, or would. unknown: parts of the file, and columns of them, that no room here knows;
    left_out: names of rows whose secrets the file does not hold and that have none here either. kept: the name of the
    copy of how everything was before.
    """

    made_at: str
    made_by: str
    changes: list[Change]
    unknown: list[str]
    left_out: list[str]
    kept: str = ""


@dataclass(slots=True)
class _Wanted:
    """A part with its rows here and its rows in the file."""

    key: str
    part: ConfigurationPart
    here: dict[Any, Row]
    there: dict[Any, Row]
    strange: list[str]

    def added(self) -> Iterable[Row]:
        return (row for key, row in self.there.items() if key not in self.here)

    def changed(self) -> Iterable[Row]:
        return (row for key, row in self.there.items() if key in self.here and _differs(self.here[key], row))

    def removed(self) -> Iterable[Row]:
        return (row for key, row in self.here.items() if key not in self.there and not self.part.single)


def optional_parts() -> list[Entry[ConfigurationPart]]:
    """Those that are left out of a file unless they are asked for."""
    return [entry for entry in _parts() if entry.spec.optional]


def backup(
    passphrase: str = "", *, include: Collection[str] = (), actor: str, address: str = "", clock: Clock = _CLOCK
) -> bytes:
    """The configuration as a file; without a passphrase secrets are left out. include: optional parts, by key.

    Raises ArchiveError.
    """
    contents = gather([entry for entry in _parts() if not entry.spec.optional or entry.key in include], clock)
    data = pack(contents, passphrase)
    rows = sum(len(part["rows"]) for part in contents.parts.values())
    after = {"secrets": bool(passphrase), "rows": rows, "include": sorted(include)}
    audit.record(actor, "configuration.backup", "configuration:", after=after, address=address)
    return data


def gather(parts: Parts, clock: Clock) -> Contents:
    """All rows of these parts, and all files, as they are at one moment."""
    with _one_moment():
        rows = {one.key: {"version": one.spec.version, "rows": [*read_rows(one.spec).values()]} for one in parts}
    made_at = datetime.fromtimestamp(clock.wall_ms() // 1000, UTC).isoformat().replace("+00:00", "Z")
    return Contents({"made_at": made_at, "eyrie": release(), "site": site().name}, rows, files.read())


@contextmanager
def _one_moment() -> Iterator[None]:
    """No row changes between the reading of the first table and the last."""
    connection = connections["default"]
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def restore(
    data: bytes, passphrase: str = "", *, dry_run: bool, actor: str, address: str = "", clock: Clock = _CLOCK
) -> Outcome:
    """Make the configuration what the file says, in one transaction; a dry run does it too, and undoes it.

    Raises ArchiveError, and then nothing has changed.
    """
    contents = unpack(data, passphrase)
    known = {entry.key: entry for entry in _parts()}
    wanted = [_wanted(entry, contents.parts[key]) for key, entry in known.items() if key in contents.parts]
    left_out = [name for one in wanted for name in _fill_secrets(one)]
    replaced = files.compare(contents.files)
    changes = [
        *(change for one in wanted for change in _changes(one)),
        *(_file_change(one) for one in replaced.changes),
    ]
    kept = "" if dry_run else keep_present(clock.wall_ms())
    aliases = {_alias(one.part) for one in wanted}
    with ExitStack() as stack:
        for alias in aliases:
            stack.enter_context(transaction.atomic(using=alias))
        _apply(wanted)
        if dry_run:
            for alias in aliases:
                transaction.set_rollback(True, using=alias)
        else:
            counts = {kind: sum(change.kind == kind for change in changes) for kind in ("added", "changed", "removed")}
            after = {"made_at": contents.about.get("made_at", ""), "before": kept, **counts}
            audit.record(actor, "configuration.restore", "configuration:", after=after, address=address)
    if not dry_run:
        replaced.write()
    return Outcome(
        made_at=str(contents.about.get("made_at", "")),
        made_by=str(contents.about.get("eyrie", "")),
        changes=changes,
        unknown=sorted([*set(contents.parts) - set(known), *(name for one in wanted for name in one.strange)]),
        left_out=left_out,
        kept=kept,
    )


def keep_present(now_ms: int) -> str:
    """Keep everything as it is now (core.system.transfer.safety); the copy's name. Raises ArchiveError."""
    return safety.keep(pack(gather(_parts(), _CLOCK), "", here=True), now_ms)


def _file_change(change: files.FileChange) -> Change:
    return Change(change.key, change.title, change.kind, change.name)


def _parts() -> Parts:
    """All parts, each after those it builds on."""
    waiting = {entry.key: entry for entry in host().registry.entries(ConfigurationPart)}
    found: Parts = []
    while waiting:
        ready = [key for key, entry in waiting.items() if not any(one in waiting for one in entry.spec.after)]
        for key in ready or list(waiting):  # a circle is taken as it comes: the database says what is wrong
            found.append(waiting.pop(key))
    return found


def _wanted(entry: Entry[ConfigurationPart], told: Any) -> _Wanted:
    part = entry.spec
    damaged = ArchiveError("file", f"The file's part {entry.key} is damaged; take another copy of it.")
    rows, version = (told.get("rows"), told.get("version")) if isinstance(told, dict) else (None, None)
    if not isinstance(rows, list) or not isinstance(version, int) or not all(isinstance(row, dict) for row in rows):
        raise damaged
    if version > part.version:
        raise ArchiveError("file", f"The file's part {entry.key} was made by a newer Eyrie; update this one first.")
    if version < part.version and part.migrate is not None:
        rows = [part.migrate(version, row) for row in rows]
    names = ("id", *part.fields)
    there = {row.get("id"): {name: row[name] for name in names if name in row} for row in rows}
    if None in there or len(there) != len(rows):
        raise damaged
    strange = {f"{entry.key}.{name}" for row in rows for name in row if name not in names}
    return _Wanted(entry.key, part, read_rows(part), there, sorted(strange))


def _fill_secrets(one: _Wanted) -> list[str]:
    """Secrets that the file leaves out stay as they are here; names of rows that then have none."""
    lacking = []
    for key, row in one.there.items():
        here = {path: secret.text for path, secret in _secrets(one.here.get(key, {}))}
        if any(secret.text is None and here.get(path) is None for path, secret in _secrets(row)):
            lacking.append(f"{one.part.title}: {_name(one.part, row)}")

        def fill(value: Any, path: str, here: dict[str, str | None] = here) -> Any:
            if not isinstance(value, Secret) or value.text is not None:
                return value
            return Secret(here.get(path) or "", value.form)

        one.there[key] = walked(row, "", fill)
    return lacking


def _secrets(row: Row) -> Sequence[tuple[str, Secret]]:
    found: list[tuple[str, Secret]] = []

    def look(value: Any, path: str) -> Any:
        if isinstance(value, Secret):
            found.append((path, value))
        return value

    walked(row, "", look)
    return found


def _differs(here: Row, there: Row) -> bool:
    return any(here.get(name) != value for name, value in there.items())


def _changes(one: _Wanted) -> list[Change]:
    def change(kind: str, row: Row, fields: dict[str, tuple[Any, Any]] | None = None) -> Change:
        return Change(one.key, one.part.title, kind, _name(one.part, row), fields or {})

    changed = []
    for row in one.changed():
        here = one.here[row["id"]]
        differing = [name for name, value in row.items() if here.get(name) != value]
        fields = {name: (_shown(here.get(name)), _shown(row[name])) for name in differing}
        changed.append(change("changed", here, fields))
    return [
        *(change("added", row) for row in one.added()),
        *changed,
        *(change("removed", row) for row in one.removed()),
    ]


def _name(part: ConfigurationPart, row: Row) -> str:
    """What people call a row."""
    return " ".join(str(row[name]) for name in part.label.split() if row.get(name) is not None) or str(row["id"])


def _shown(value: Any) -> Any:
    def show(one: Any, path: str) -> Any:
        if isinstance(one, Secret):
            return _SHOWN_SECRET
        return f"{len(one)} bytes" if isinstance(one, bytes) else one

    return walked(value, "", show)


def _apply(wanted: list[_Wanted]) -> None:
    """Remove from the last part to the first, then add and change from the first to the last."""
    for one in reversed(wanted):
        for row in one.removed():
            _guarded(one, row, _remove)
    for one in wanted:
        _make_way(one)
        for row in (*one.changed(), *one.added()):
            _guarded(one, row, _write)
        _reset_sequence(one.part)
    titles = {one.part.model._meta.db_table: one.part.title for one in wanted}
    for one in wanted:
        _check(one.part, titles)


def _check(part: ConfigurationPart, titles: Mapping[str, str]) -> None:
    """References are checked at the end of a transaction, to which a dry run never comes: do it here.

    titles: of the parts by table. PostgreSQL checks all tables at once and says which one was wrong.
    """
    try:
        connections[_alias(part)].check_constraints([part.model._meta.db_table])
        if part.check is not None:
            part.check()
    except (Error, ValueError) as error:
        title = titles.get(_table_of(error) or "", part.title)
        raise ArchiveError("file", f"{title} cannot be restored: {error} Nothing was changed.") from error


def _table_of(error: Exception) -> str | None:
    """The table that PostgreSQL names in an error; None on other databases."""
    return getattr(getattr(error.__cause__, "diag", None), "table_name", None)


def _alias(part: ConfigurationPart) -> str:
    return router.db_for_write(part.model)


def _guarded(one: _Wanted, row: Row, work: Any) -> None:
    try:
        work(one, row)
    except (ValidationError, ObjectDoesNotExist, Error, ValueError, TypeError) as error:
        name = _name(one.part, row)
        why = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        sentence = f"{one.part.title}, {name!r} cannot be restored: {why} Nothing was changed."
        raise ArchiveError("file", sentence) from error


def _remove(one: _Wanted, row: Row) -> None:
    found = one.part.model.objects.filter(pk=row["id"]).first()
    if found is None:
        return  # it has gone with what it belonged to
    found.delete()
    found.pk = row["id"]
    if one.part.changed is not None:
        one.part.changed(found, "removed")


def _write(one: _Wanted, row: Row) -> None:
    existing = one.part.model.objects.filter(pk=row["id"]).first()
    written = write_row(one.part, row, existing)
    if one.part.changed is not None:
        one.part.changed(written, "changed" if existing is not None else "added")


def _make_way(one: _Wanted) -> None:
    """Unique names that wander from row to row must not meet on the way."""
    if one.part.label not in one.part.fields or not one.part.model._meta.get_field(one.part.label).unique:
        return
    for row in one.changed():
        if row.get(one.part.label) != one.here[row["id"]].get(one.part.label):
            one.part.model.objects.filter(pk=row["id"]).update(**{one.part.label: f"~{row['id']}"})


def _reset_sequence(part: ConfigurationPart) -> None:
    """PostgreSQL counts ids by itself; after rows with ids of their own it must go on behind them."""
    connection = connections[_alias(part)]
    statements = connection.ops.sequence_reset_sql(no_style(), [part.model])
    if statements:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
