"""Time zones as cameras take them: POSIX rules (IEEE 1003.1, 8.3) out of the zone database."""

from __future__ import annotations

import re
import zoneinfo
from importlib import resources
from pathlib import Path

_ANGLED = re.compile(r"<[^>]*>")


def posix_zone(name: str) -> str:
    """The rule that holds from now on in a zone such as Europe/Berlin; empty when it has none that cameras read.

    It is the footer of the zone's file (RFC 8536, 3.3). Names in angle brackets, which cameras do not read, become
    letters: the names say nothing, the offsets do.
    """
    data = _file(name)
    if not data.startswith(b"TZif") or data[4:5] == b"\0":  # version 1 has no footer
        return ""
    footer = data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
    names = iter(("UTC", "DST"))
    return _ANGLED.sub(lambda _: next(names, "UTC"), footer)


def _file(name: str) -> bytes:
    try:
        zoneinfo.ZoneInfo(name)  # no other name leads to a file
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return b""
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / name
        if path.is_file():
            return path.read_bytes()
    try:
        return resources.files("tzdata.zoneinfo").joinpath(name).read_bytes()
    except (ModuleNotFoundError, OSError):
        return b""
