"""What of this room belongs to the configuration, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.configuration import configuration
from core.hookspecs.configuration import ConfigurationFiles
from core.hookspecs.marks import hookimpl
from core.transport.certificate import MADE_HERE, described
from core.transport.place import certificate_file, keep


@hookimpl
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """The portal's certificate, where somebody brought one; one of Eyrie's own is made anew on each machine."""
    return [ConfigurationFiles("certificate", "Certificate of the portal", _read, _write, _check)]


def _read() -> dict[str, bytes]:
    path = certificate_file(configuration().data)
    pem = path.read_bytes() if path.exists() else b""
    return {path.name: pem} if pem and not pem.startswith(MADE_HERE) else {}


def _check(files: Mapping[str, bytes]) -> None:
    for pem in files.values():
        described(pem)


def _write(files: Mapping[str, bytes]) -> None:
    for pem in files.values():
        keep(configuration().data, pem)
