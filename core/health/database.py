"""Is the database whole, and how large is it? By SQLite's own check; PostgreSQL checks itself."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

from core.hookspecs.ops import Health, Level

SECONDS = 4.0
"""For one file. A large index is checked as far as that goes, and the summary says so."""
STEPS = 100_000
LEAST_FREE = 200_000_000
_REPAIR = "Stop Eyrie and put the last backup of that file back; `index.sqlite3` can be rebuilt by `fsck --repair`."


def check() -> Health:
    """Size, free room beside it, and SQLite's `quick_check`."""
    if connections["default"].vendor != "sqlite":
        return _postgres()
    told = []
    for alias in connections:
        path = Path(str(connections[alias].settings_dict["NAME"]))
        if not path.is_file():  # in memory, in tests
            continue
        wrong, whole = _quick_check(path)
        if wrong:
            return Health(Level.FAILED, f"{path.name} is damaged: {wrong}", _REPAIR)
        told.append(f"{path.name} {_mb(path)}" + ("" if whole else " (checked in part)"))
        if shutil.disk_usage(path.parent).free < LEAST_FREE:
            remedy = "Make room there; without it nothing can be changed and no event is kept."
            return Health(Level.WARNING, f"Less than 200 MB are free where {path.name} lies.", remedy)
    return Health(Level.OK, "Whole: " + ", ".join(told) + "." if told else "In memory.")


def _postgres() -> Health:
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_database_size(current_database()), current_setting('server_version')")
        size, version = cursor.fetchone()
    return Health(Level.OK, f"PostgreSQL {version} answers; {size / 1e6:.0f} MB.")


def _quick_check(path: Path) -> tuple[str, bool]:
    """What is wrong, empty when nothing is; and whether all of the file was looked at."""
    until = time.monotonic() + SECONDS
    try:
        with _opened(path) as database:
            database.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return "", False
        return str(error), True
    except sqlite3.DatabaseError as error:
        return str(error), True
    return ("" if found == "ok" else str(found)), True


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own that only reads."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)
    try:
        yield database
    finally:
        database.close()


def _mb(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.0f} MB"
