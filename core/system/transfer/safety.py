"""How everything was before a restore: copies that only this installation opens, the newest of them kept."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from core.configuration import configuration
from core.system.transfer.envelope import ArchiveError

FOLDER = "configuration"
SUFFIX = ".eyrie"
KEPT = 10
_NAME = re.compile(r"before-\d{8}T\d{6}\.\d{3}Z\.eyrie")


def keep(data: bytes, now_ms: int) -> str:
    """Write a copy and forget the oldest beyond KEPT; its name. Raises ArchiveError."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    path = folder() / f"before-{moment}Z{SUFFIX}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        draft.replace(path)
        for old in sorted(path.parent.glob(f"before-*{SUFFIX}"))[:-KEPT]:
            old.unlink()
    except OSError as error:
        why = f"What is here now could not be kept first ({error.strerror}); nothing was changed."
        raise ArchiveError("file", why) from error
    return path.name


def kept() -> list[tuple[str, int]]:
    """Names of the copies and when they were made, UTC ms, newest first."""
    found = sorted(
        (path.name for path in folder().glob(f"before-*{SUFFIX}") if _NAME.fullmatch(path.name)), reverse=True
    )
    return [(name, _made_ms(name)) for name in found]


def read(name: str) -> bytes:
    """A copy. Raises ArchiveError when there is none of this name."""
    try:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError
        return (folder() / name).read_bytes()
    except OSError as error:
        raise ArchiveError("kept", f"No copy is called {name}; it may have made room for newer ones.") from error


def _made_ms(name: str) -> int:
    moment = datetime.strptime(name.removeprefix("before-").removesuffix(SUFFIX), "%Y%m%dT%H%M%S.%f%z")
    return round(moment.timestamp() * 1000)


def folder() -> Path:
    """Where the copies lie."""
    return configuration().data / FOLDER
