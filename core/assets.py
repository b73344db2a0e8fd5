"""One name for all static files as they are now.

It is part of their addresses, so that a browser may keep them for ever and never mixes files of two versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

READ = 256 * 1024
"""Larger files are third parties' bundles, which change their length with every version."""


def fingerprint(apps: Iterable[str]) -> str:
    """Twelve hexadecimal digits that change with any static file of these Django apps. Imports none of them."""
    found = hashlib.sha256()
    for app in apps:
        for root in _roots(app.partition(".apps.")[0]):
            for name, file in _files(root):
                size = file.stat().st_size
                found.update(f"{app}/{name}:{size}\0".encode())
                if size <= READ:
                    found.update(file.read_bytes())
    return found.hexdigest()[:12]


def _roots(package: str) -> list[Path]:
    spec = find_spec(package)
    places = (spec.submodule_search_locations if spec is not None else None) or ()
    return [Path(place) / "static" for place in places]


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(root.rglob("*")):
        if file.is_file():
            yield file.relative_to(root).as_posix(), file
