"""What of this room belongs to the configuration, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.configuration import configuration
from core.hookspecs.configuration import ConfigurationFiles
from core.hookspecs.marks import hookimpl
from core.keys import put_key_file

FILE = "export.key"


@hookimpl
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """The key that signs exports, so that those of a new machine are signed by the same hand."""
    return [ConfigurationFiles("signing", "Key that signs exports", _read, _write, _check)]


def _read() -> dict[str, bytes]:
    path = configuration().data / FILE
    return {FILE: path.read_bytes()} if path.exists() else {}


def _check(files: Mapping[str, bytes]) -> None:
    if any(name != FILE or not data.startswith(b"-----BEGIN PRIVATE KEY-----") for name, data in files.items()):
        raise ValueError("it is no key.")


def _write(files: Mapping[str, bytes]) -> None:
    for data in files.values():
        put_key_file(configuration().data / FILE, data)
