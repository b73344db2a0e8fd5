"""The installation's own secrets: a key file in the data directory, made at first start, never in the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.configuration import ConfigurationError


def make_key_file(path: Path, text: str) -> None:
    """Write a key aside and link it into place: another process sees the whole key or none; the first one wins.

    Only the owner may read it. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        pass  # another process was first; its key is the one
    finally:
        aside.unlink()


def put_key_file(path: Path, data: bytes) -> None:
    """Put a key in the place of another one: whole or not at all, readable by the owner only. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def secret_key(data: Path) -> str:
    """Django's secret key, from `<data>/secret.key`. Raises ConfigurationError when it can be neither read nor made."""
    path = data / "secret.key"
    try:
        if not path.exists():
            make_key_file(path, secrets.token_urlsafe(50))
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no key file"
        raise ConfigurationError(
            f"EYRIE_DATA: {data} cannot be used ({reason}); choose a directory this user may write."
        ) from error
    if not key:
        raise ConfigurationError(f"EYRIE_DATA: {path} is empty; put its backup back, or remove it to make a new key.")
    return key
