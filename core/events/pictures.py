"""Pictures kept with events: one JPEG file each below the data directory, deleted with their event."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from core.configuration import data_directory

LARGEST = 16 * 1024 * 1024
_BEGINS, _ENDS = b"\xff\xd8", b"\xff\xd9"


def keep(event_id: int, start_ms: int, jpeg: bytes) -> str:
    """Store a picture; returns its name for `read`. Raises ValueError for what is no JPEG, OSError."""
    if len(jpeg) > LARGEST or not jpeg.startswith(_BEGINS) or not jpeg.rstrip(b"\0").endswith(_ENDS):
        raise ValueError(f"The picture is no JPEG of at most {LARGEST} bytes.")
    name = f"{datetime.fromtimestamp(start_ms / 1000, UTC):%Y-%m-%d}/{event_id}.jpg"
    path = _folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(jpeg)
    part.rename(path)
    return name


def read(name: str) -> bytes | None:
    """The picture, None when its file is gone."""
    try:
        return (_folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def drop(name: str) -> None:
    """Delete it, and its day's folder when that is empty."""
    path = _folder() / name
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        return  # other pictures of that day are there


def _folder() -> Path:
    return data_directory() / "event-pictures"
