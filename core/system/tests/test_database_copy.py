"""Databases copied whole and put back. PostgreSQL and the real command: tests/system/test_update.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.conf import settings

from core.system import database_copy
from core.system.database_copy import CopyError, copy, put_back


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two databases of this test alone, one with rows in its write-ahead log only, as a killed process leaves it."""
    databases = {}
    for alias in ("default", "index"):
        databases[alias] = {"NAME": tmp_path / f"{alias}.sqlite3", "ENGINE": "django.db.backends.sqlite3"}
        with sqlite3.connect(tmp_path / f"{alias}.sqlite3") as made:
            made.execute("CREATE TABLE t (a)")
    monkeypatch.setattr(settings, "DATABASES", databases)
    monkeypatch.setattr(database_copy, "connections", Aliases())
    return tmp_path


class Aliases(list[str]):
    """Stands for Django's connections, which know the databases of the test run only."""

    def __init__(self) -> None:
        super().__init__(("default", "index"))

    def __getitem__(self, alias: object) -> object:  # type: ignore[override]
        return type("Connection", (), {"vendor": "sqlite"})

    def close_all(self) -> None:
        """None is open."""


def rows(base: Path) -> list[tuple[int]]:
    with sqlite3.connect(base / "default.sqlite3") as found:
        return found.execute("SELECT a FROM t ORDER BY a").fetchall()


def test_they_come_back_as_they_were(base: Path) -> None:
    writer = sqlite3.connect(base / "default.sqlite3")
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("INSERT INTO t VALUES (1)")
    writer.commit()
    assert (base / "default.sqlite3-wal").stat().st_size  # not in the main file yet
    copy(base / "copy")
    writer.execute("ALTER TABLE t ADD COLUMN b")
    writer.execute("INSERT INTO t VALUES (2, 3)")
    writer.commit()
    writer.close()
    put_back(base / "copy")
    assert rows(base) == [(1,)]
    put_back(base / "copy")
    assert rows(base) == [(1,)]


def test_a_log_that_was_left_behind_is_not_mixed_in(base: Path) -> None:
    copy(base / "copy")
    for suffix in ("-wal", "-shm"):
        (base / f"default.sqlite3{suffix}").write_bytes(b"of another file")
    put_back(base / "copy")
    assert rows(base) == []


def test_half_a_copy_is_not_put_back(base: Path) -> None:
    copy(base / "copy")
    (base / "copy" / "whole").unlink()
    with pytest.raises(CopyError, match="no whole copy"):
        put_back(base / "copy")
    (base / "index.sqlite3").unlink()
    with pytest.raises(CopyError, match="is not there"):
        copy(base / "copy")
    assert not (base / "copy" / "whole").exists()
