"""The file of an update: a ZIP of a signed manifest, `requirements.txt`, and wheels below `wheels/`."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from pathlib import Path
from typing import IO

from core.trust.keys import Signer
from core.trust.manifest import LARGEST as LARGEST_MANIFEST
from core.trust.manifest import UPDATE, FileEntry, Manifest
from core.trust.package import MANIFEST, SIGNATURES, Standing, Trusted, describe_files, judge, signature_line

REQUIREMENTS = "requirements.txt"
WHEELS = "wheels"
_PIECE = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError)


class UpdateError(Exception):
    """An update cannot be taken up; one sentence."""


def make(folder: Path, version: str, key: Signer, archive: Path) -> Manifest:
    """Sign a folder with `requirements.txt` and `wheels/` as an update to a version. Raises ManifestError, OSError."""
    manifest = Manifest(UPDATE, "eyrie", version, {}, describe_files(folder))
    data = manifest.encoded()
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_STORED) as file:
        file.writestr(MANIFEST, data)
        file.writestr(SIGNATURES, signature_line(data, key))
        for path in manifest.files:
            file.write(folder / path, path)
    return manifest


def read_manifest(archive: Path, trusted: Trusted) -> Manifest:
    """What a trusted key signed. Raises UpdateError when nobody trusted did."""
    try:
        with zipfile.ZipFile(archive) as file:
            data, lines = _small(file, MANIFEST), _small(file, SIGNATURES)
    except _BROKEN as error:
        raise UpdateError(f"{archive} is no update of Eyrie, or it is damaged.") from error
    except OSError as error:
        raise UpdateError(f"{archive} cannot be read ({error.strerror}).") from error
    verdict = judge(data, lines, trusted, kind=UPDATE)
    if verdict.standing is not Standing.SIGNED or verdict.manifest is None:
        raise UpdateError(f"{archive} {verdict.sentence} Nothing was changed.")
    if verdict.manifest.name != "eyrie":
        raise UpdateError(f"{archive} is an update of {verdict.manifest.name}, not of Eyrie. Nothing was changed.")
    return verdict.manifest


def unpack(archive: Path, manifest: Manifest, folder: Path) -> None:
    """Write what is signed, and nothing else, each byte compared on its way. Raises UpdateError, OSError."""
    try:
        with zipfile.ZipFile(archive) as file:
            extra = set(file.namelist()) - {MANIFEST, SIGNATURES, *manifest.files}
            if extra or len(set(file.namelist())) != len(file.namelist()):
                raise UpdateError(f"{archive} holds files that are not signed. Nothing was changed.")
            for path, entry in manifest.files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with file.open(path) as source:
                    _copy(source, target, entry)
    except _BROKEN as error:
        raise UpdateError(f"{archive} is damaged; take another copy of it. Nothing was changed.") from error


def _copy(source: IO[bytes], target: Path, signed: FileEntry) -> None:
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > signed.size:
                break
            digest.update(piece)
            file.write(piece)
    if size != signed.size or digest.hexdigest() != signed.sha256:
        raise UpdateError(f"{target.name} in the update was altered after it was signed. Nothing was changed.")


def _small(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as member:
        data = member.read(LARGEST_MANIFEST + 1)
    if len(data) > LARGEST_MANIFEST:
        raise zipfile.BadZipFile(name)
    return data
