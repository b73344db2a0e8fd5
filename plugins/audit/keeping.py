"""The signing key in the configuration's encrypted file."""

from __future__ import annotations

from collections.abc import Mapping

from core.api.services import data_directory, put_key_file
from plugins.audit.signing import FILE


def read() -> dict[str, bytes]:
    """The key, if there is one."""
    path = data_directory() / FILE
    return {FILE: path.read_bytes()} if path.exists() else {}


def check(files: Mapping[str, bytes]) -> None:
    """Raises ValueError with the end of a sentence."""
    if any(name != FILE or not data.startswith(b"-----BEGIN PRIVATE KEY-----") for name, data in files.items()):
        raise ValueError("it is no key.")


def write(files: Mapping[str, bytes]) -> None:
    """Put it in the place of the one that is there. The log tells of it when it is next signed."""
    for data in files.values():
        put_key_file(data_directory() / FILE, data)
