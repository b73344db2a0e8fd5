"""What is signed: a manifest that names each file of a package with its size and SHA-256.

Its bytes are canonical (sorted keys, no spaces, UTF-8), so that one content has one signature. A manifest comes from
strangers: it is small, its paths stay below its folder, and no two of them differ only in case.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

FORMAT = "eyrie-manifest"
VERSION = 1
PLUGIN, UPDATE, RELEASE = "plugin", "update", "release"
KINDS = (PLUGIN, UPDATE, RELEASE)
LARGEST = 4 * 1024 * 1024
"""Bytes of a manifest that are read at most."""
MOST_FILES = 20_000
LARGEST_FILE = 2**40  # bytes
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMPILED = (".pyc", ".pyo")


class ManifestError(ValueError):
    """A manifest cannot be used; one sentence."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as it was signed: size in bytes, SHA-256 in lower-case hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """A plugin in a package: its version (PEP 440) and the plugin API it needs, a specifier."""

    version: str
    requires_api: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """kind: `plugin`, `update` or `release`. name, version: of the package as a whole.

    plugins: by name what the package contains, empty for an update. files: by path, relative to the manifest's folder.
    """

    kind: str
    name: str
    version: str
    plugins: Mapping[str, Contents]
    files: Mapping[str, FileEntry]

    def encoded(self) -> bytes:
        """The canonical bytes, which are signed. Raises ManifestError for what `decoded` would refuse."""
        data = _canonical(
            {
                "format": FORMAT,
                "format_version": VERSION,
                "kind": self.kind,
                "name": self.name,
                "version": self.version,
                "plugins": {
                    name: {"version": one.version, "requires_api": one.requires_api}
                    for name, one in self.plugins.items()
                },
                "files": {path: {"size": one.size, "sha256": one.sha256} for path, one in self.files.items()},
            }
        )
        decoded(data)
        return data


def decoded(data: bytes) -> Manifest:
    """The manifest of its bytes. Raises ManifestError."""
    if len(data) > LARGEST:
        raise ManifestError(f"is larger than any manifest ({LARGEST // 1024**2} MiB).")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise ManifestError("is no manifest of Eyrie.") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ManifestError("is no manifest of Eyrie.")
    if values.get("format_version") != VERSION:
        raise ManifestError("was made for another version of Eyrie.")
    if _canonical(values) != data:
        raise ManifestError("is not written as a manifest is; it was altered.")
    return Manifest(
        kind=_word(values, "kind", KINDS),
        name=_word(values, "name"),
        version=_word(values, "version"),
        plugins={name: _contents(one) for name, one in _object(values, "plugins").items()},
        files=_files(_object(values, "files")),
    )


def _canonical(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _word(values: Mapping[str, Any], key: str, choices: tuple[str, ...] = ()) -> str:
    value = values.get(key)
    if not isinstance(value, str) or len(value) > 200 or (choices and value not in choices):
        raise ManifestError(f"has no valid {key}.")
    return value


def _object(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    if not isinstance(value, dict) or len(value) > MOST_FILES:
        raise ManifestError(f"has no valid {key}.")
    return value


def _contents(values: Any) -> Contents:
    if not isinstance(values, dict):
        raise ManifestError("has no valid plugins.")
    return Contents(_word(values, "version"), _word(values, "requires_api"))


def _files(values: Mapping[str, Any]) -> dict[str, FileEntry]:
    files, folded = {}, set[str]()
    for path, one in values.items():
        check_path(path)
        if path.casefold() in folded:
            raise ManifestError(f"names {path!r} twice, in other letters.")
        folded.add(path.casefold())
        files[path] = _entry(path, one)
    return files


def _entry(path: str, one: Any) -> FileEntry:
    size, digest = (one.get("size"), one.get("sha256")) if isinstance(one, dict) else (None, None)
    if type(size) is not int or not 0 <= size <= LARGEST_FILE:
        raise ManifestError(f"has no valid size of {path!r}.")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise ManifestError(f"has no valid SHA-256 of {path!r}.")
    return FileEntry(size, digest)


def check_path(path: str) -> None:
    """Raises ManifestError unless a path is relative, stays below its folder, is one on every system, and is no byte
    code, which would run in place of the source beside it.
    """
    parts = PurePosixPath(path).parts
    if not path or len(path) > 500 or path != "/".join(parts) or path.startswith("/") or ".." in parts:
        raise ManifestError(f"names {path[:200]!r}, which is no path below its folder.")
    if any(ord(letter) < 32 or letter in '\\:"<>|?*\x7f' for letter in path):
        raise ManifestError(f"names {path[:200]!r}, which holds a letter that paths do not have.")
    if unicodedata.normalize("NFC", path) != path:
        raise ManifestError(f"names {path[:200]!r}, whose letters are not composed (Unicode NFC).")
    if "__pycache__" in parts or path.endswith(_COMPILED):
        raise ManifestError(f"names {path[:200]!r}, which is byte code; only sources are signed.")
