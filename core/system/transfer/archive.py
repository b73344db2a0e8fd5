"""The file of a configuration: a ZIP of `manifest.json`, `configuration.json` and a few small files below `files/`.

With a passphrase the whole is encrypted (core.system.transfer.envelope), secrets and all. Without one it is the bare
ZIP, which people can read, and secrets and files are left out of it; its SHA-256 finds damage, though not somebody who
means it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.system.transfer.envelope import DAMAGED, ArchiveError, is_locked, lock, lock_here, unlock
from core.system.transfer.rows import FORMS, Secret, walked

__all__ = ["LARGEST", "ArchiveError", "Contents", "pack", "unpack"]

FORMAT = "eyrie-configuration"
VERSION = 2
LARGEST = 64 * 1024 * 1024
"""Bytes that a file, and what is in it, are read up to."""
_MOST_FILES = 200
_SECRET, _LEFT_OUT, _BYTES = "$secret", "$left_out", "$bytes"
_DATE = (1980, 1, 1, 0, 0, 0)
_FILES = "files/"


@dataclass(frozen=True, slots=True)
class Contents:
    """about: when, where and by which Eyrie it was made. parts: key to {"version", "rows"}. files: bytes by path."""

    about: dict[str, Any]
    parts: dict[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


def pack(contents: Contents, passphrase: str, *, here: bool = False) -> bytes:
    """The file. An empty passphrase leaves secrets and files out; here: locked for this installation alone instead.

    Raises ArchiveError for a passphrase that is too short.
    """
    data = _zipped(contents, with_secrets=here or bool(passphrase))
    if here:
        return lock_here(data)
    return lock(data, passphrase) if passphrase else data


def unpack(data: bytes, passphrase: str) -> Contents:
    """What is in a file. Raises ArchiveError when it is no such file, newer, altered, or otherwise locked."""
    if len(data) > LARGEST:
        raise ArchiveError("file", f"The file is larger than any configuration ({LARGEST // 1024**2} MiB).")
    locked = is_locked(data)
    members = _members(unlock(data, passphrase) if locked else data)
    manifest = _manifest(members)
    content = members.get("configuration.json", b"")
    if not hmac.compare_digest(str(manifest.get("sha256", "")), hashlib.sha256(content).hexdigest()):
        raise ArchiveError("file", DAMAGED)
    try:
        parts = walked(json.loads(content), "", _opened)
    except (ValueError, RecursionError):
        raise ArchiveError("file", DAMAGED) from None
    if not isinstance(parts, dict):
        raise ArchiveError("file", DAMAGED)
    files = {name.removeprefix(_FILES): data for name, data in members.items() if locked and name.startswith(_FILES)}
    return Contents(manifest, parts, files)


def _zipped(contents: Contents, *, with_secrets: bool) -> bytes:
    parts = walked(contents.parts, "", _writer(with_secrets=with_secrets))
    content = json.dumps(parts, indent=1, ensure_ascii=False, sort_keys=True).encode()
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        **contents.about,
        "secrets": "encrypted" if with_secrets else "left out",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    members = {"manifest.json": json.dumps(manifest, indent=1).encode(), "configuration.json": content}
    if with_secrets:
        members |= {f"{_FILES}{path}": data for path, data in contents.files.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _members(data: bytes) -> dict[str, bytes]:
    """All of a ZIP, unpacked as far as LARGEST, whatever its directory says of their sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
            if len(names) > _MOST_FILES or len(set(names)) != len(names):
                raise ArchiveError("file", "This is no configuration of Eyrie, or it is damaged.")
            found, left = {}, LARGEST
            for name in names:
                with file.open(name) as member:
                    found[name] = member.read(left + 1)
                left -= len(found[name])
                if left < 0:
                    sentence = f"The file is larger than any configuration ({LARGEST // 1024**2} MiB)."
                    raise ArchiveError("file", sentence)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ArchiveError("file", "This is no configuration of Eyrie, or it is damaged.") from error
    return found


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        manifest = json.loads(members.get("manifest.json", b""))
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveError("file", "This is no configuration of Eyrie, or it is damaged.")
    if not isinstance(manifest.get("version"), int) or manifest["version"] > VERSION:
        raise ArchiveError("file", "This file was made by a newer Eyrie; update this one first.")
    if manifest["version"] < VERSION:
        raise ArchiveError(
            "file", "This file was made by an Eyrie before its first release; it cannot be read any more."
        )
    return manifest


def _writer(*, with_secrets: bool) -> Callable[[Any, str], Any]:
    def written(value: Any, path: str) -> Any:
        if isinstance(value, bytes):
            return {_BYTES: base64.b64encode(value).decode()}
        if not isinstance(value, Secret):
            return value
        if not with_secrets or value.text is None:
            return {_LEFT_OUT: value.form}
        return {_SECRET: value.text, "form": value.form}

    return written


def _opened(value: Any, path: str) -> Any:
    """What `_writer` made of secrets and bytes, as it was. Raises ValueError for what it never makes."""
    if not isinstance(value, dict):
        return value
    if _BYTES in value:
        try:
            return base64.b64decode(value[_BYTES], validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError("no Base64") from error
    if _LEFT_OUT not in value and _SECRET not in value:
        return value
    text, form = value.get(_SECRET), value.get("form", value.get(_LEFT_OUT))
    if form not in FORMS or not isinstance(text, str | None):
        raise ValueError("no secret")
    return Secret(text, form)
