"""The databases as a whole in a folder, and back: for an update that must be taken back. Nothing may run meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

_PAGES = 20_000  # copied at a time
_SUFFIXES = ("-wal", "-shm", "-journal")
_WHOLE = "whole"
"""An empty file that is written last: without it a copy is not one."""


class CopyError(Exception):
    """The databases could not be copied or put back; one sentence."""


def copy(folder: Path) -> None:
    """Copy all databases into a folder, durably. Raises CopyError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _WHOLE).unlink(missing_ok=True)
        for alias in connections:
            _kind(alias).copy(settings.DATABASES[alias], folder / alias)
            _sync(folder / alias)
        (folder / _WHOLE).touch()
        _sync(folder)
    except OSError as error:
        raise CopyError(f"{error.filename or folder}: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise CopyError(f"The database cannot be copied: {error}.") from error


def put_back(folder: Path) -> None:
    """Make all databases what they were. It may be repeated, should it be interrupted. Raises CopyError."""
    if not (folder / _WHOLE).exists():
        raise CopyError(f"{folder} holds no whole copy of the databases.")
    connections.close_all()
    try:
        for alias in connections:
            _kind(alias).put_back(settings.DATABASES[alias], folder / alias)
    except OSError as error:
        raise CopyError(f"{error.filename or folder}: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise CopyError(f"The database cannot be put back: {error}.") from error


class _Sqlite:
    @staticmethod
    def copy(database: dict[str, Any], target: Path) -> None:
        target.unlink(missing_ok=True)
        _copied(Path(database["NAME"]), target)

    @staticmethod
    def put_back(database: dict[str, Any], source: Path) -> None:
        """The main file last, by a rename: until then the database is what it was, afterwards it is the copy."""
        file = Path(database["NAME"])
        draft = file.with_name(f"{file.name}.back")
        draft.unlink(missing_ok=True)
        _copied(source, draft)
        _sync(draft)
        for suffix in _SUFFIXES:
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        draft.replace(file)
        _sync(file.parent)


class _Postgres:
    @staticmethod
    def copy(database: dict[str, Any], target: Path) -> None:
        _run(database, ["pg_dump", "--format=custom", "--no-owner", "--compress=1", f"--file={target}"])

    @staticmethod
    def put_back(database: dict[str, Any], source: Path) -> None:
        """All that is there goes first: a newer version may have added what the copy does not name."""
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TABLE IF EXISTS {name} CASCADE")
            cursor.execute("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP SEQUENCE IF EXISTS {name} CASCADE")
        connections["default"].close()
        name = str(database["NAME"])
        _run(database, ["pg_restore", "--no-owner", "--single-transaction", f"--dbname={name}", str(source)])


def _kind(alias: str) -> type[_Sqlite] | type[_Postgres]:
    return _Postgres if connections[alias].vendor == "postgresql" else _Sqlite


def _copied(source: Path, target: Path) -> None:
    """By SQLite's own way, which takes along what is in the write-ahead log."""
    if not source.exists():
        raise FileNotFoundError(2, "is not there", str(source))
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here, pages=_PAGES)


def _run(database: dict[str, Any], command: list[str]) -> None:
    """Run a program of PostgreSQL's; the password goes by the environment, where no other user reads it."""
    values = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environ = {**os.environ, **{name: str(database[key]) for name, key in values.items() if database.get(key)}}
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise CopyError(f"{command[0]} is not installed; install PostgreSQL's client programs.") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise CopyError(f"{command[0]}: {lines[-1] if lines else done.returncode}.")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
