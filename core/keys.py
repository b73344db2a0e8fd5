"""The installation's own secrets: a key file in the data directory, made at first start, never in the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.configuration import ConfigurationError


def _read_or_make(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    except OSError as error:
        raise ConfigurationError(
            f"EYRIE_DATA: {path.parent} cannot be written ({error.strerror}); choose a directory this user may write."
        ) from error
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def secret_key(data: Path) -> str:
    """Django's secret key, from `<data>/secret.key`. Raises ConfigurationError when it can be neither read nor made."""
    return _read_or_make(data / "secret.key")
