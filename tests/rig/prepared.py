"""Databases that are migrated once and copied from then on: making them anew took a third of each system's start."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from core.pluginhost.discovery import built_in
from tests.rig import processes

KEPT = processes.ROOT / "artefacts" / "databases"
FILES = ("eyrie.sqlite3", "index.sqlite3")


def prepare(data: Path) -> None:
    """Give a data directory without databases those of all plugins; a system with fewer passes over the rest.

    First starts, which make their own, are tests/system/test_serve.py's.
    """
    if (data / FILES[0]).exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    made = _made()
    for name in FILES:
        shutil.copyfile(made / name, data / name)


@cache
def _made() -> Path:
    """Where they are kept, by what they were made of. Several test processes may ask at once; one makes them."""
    KEPT.mkdir(parents=True, exist_ok=True)
    found = KEPT / _fingerprint()
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            for old in KEPT.glob("[0-9a-f]*/"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(dir=KEPT, prefix="new-") as work:
                _make(Path(work) / "data")
                (Path(work) / "data").rename(found)
    return found


def _make(data: Path) -> None:
    folders = {path.parent.name for path in (processes.ROOT / "plugins").glob("*/migrations")}
    plugins = {"EYRIE_PLUGINS": ",".join({*built_in(), *folders})}
    for alias in ("default", "index"):
        processes.manage(data, "migrate", "--database", alias, "--verbosity", "0", extra=plugins, timeout=300)
    for path in data.iterdir():
        if path.name not in FILES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fingerprint() -> str:
    """Of all migrations, and of the libraries that bring further ones."""
    digest = hashlib.sha256(os.fsencode(processes.ROOT))
    files = [processes.ROOT / "requirements" / "base.txt"]
    for room in ("core", "plugins"):
        files += sorted((processes.ROOT / room).glob("*/migrations/*.py"))
    for file in files:
        digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()[:16]
