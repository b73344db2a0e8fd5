"""Signing a folder, and telling whether it still is what was signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.trust.keys import PublicKey, Signer
from core.trust.manifest import LARGEST, FileEntry, Manifest, ManifestError, check_path, decoded

MANIFEST, SIGNATURES = "eyrie-manifest.json", "eyrie-manifest.sig"
_LARGEST_SIGNATURES = 16 * 1024  # bytes
_MOST_NAMED = 5
_PIECE = 1024 * 1024
Trusted = Mapping[str, tuple[str, PublicKey]]


class Standing(StrEnum):
    """What is known of some code."""

    BUILT_IN = "built-in"  # part of Eyrie, and nothing speaks against it
    SIGNED = "signed"  # by a trusted key, and unaltered
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"  # signed, but by nobody who is trusted here
    ALTERED = "altered"  # not what was signed
    UNCHECKED = "unchecked"  # nobody asked


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a package came to. sentence: for people, empty when all is well; signer: the trusted key's name.

    manifest: what was signed, where a trusted key signed it.
    """

    standing: Standing
    sentence: str = ""
    signer: str = ""
    manifest: Manifest | None = None

    @property
    def good(self) -> bool:
        """Whether its code may run where signatures are required."""
        return self.standing in (Standing.SIGNED, Standing.BUILT_IN)


def list_files(folder: Path, below: str = "") -> Iterator[str]:
    """Paths of all files below a folder, sorted, without the manifest and without `__pycache__`, which is never read of
    what is signed. Raises ManifestError for a link or anything else that is no plain file, OSError.
    """
    for entry in sorted(os.scandir(folder / below), key=lambda entry: entry.name):
        path = f"{below}/{entry.name}" if below else entry.name
        kind = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            if entry.name != "__pycache__":
                yield from list_files(folder, path)
        elif not stat.S_ISREG(kind):
            raise ManifestError(f"{path} is a link or no plain file.")
        elif path not in (MANIFEST, SIGNATURES):
            yield path


def describe_files(folder: Path) -> dict[str, FileEntry]:
    """All files of a folder as a manifest names them. Raises ManifestError, OSError."""
    found = {}
    for path in list_files(folder):
        check_path(path)
        found[path] = _entry(folder / path)
    return found


def sign_folder(folder: Path, manifest: Manifest, key: Signer) -> None:
    """Write the manifest and its signature into a folder; earlier ones are replaced. Raises ManifestError, OSError."""
    data = manifest.encoded()
    (folder / MANIFEST).write_bytes(data)
    (folder / SIGNATURES).write_text(signature_line(data, key), "ascii")


def signature_line(data: bytes, key: Signer) -> str:
    """The signer's fingerprint and the signature of a manifest's bytes, in base64."""
    return f"{key.public.fingerprint} {base64.b64encode(key.sign(data)).decode()}\n"


def look_at(folder: Path, trusted: Trusted, *, kind: str) -> Verdict:
    """Whether a folder is what a trusted key signed. Never raises for what lies in the folder."""
    verdict = look_at_manifest(folder, trusted, kind=kind)
    if verdict.manifest is None:
        return verdict
    wrong = differences(folder, verdict.manifest.files)
    if wrong:
        return Verdict(Standing.ALTERED, in_short(wrong), verdict.signer)
    return verdict


def look_at_manifest(folder: Path, trusted: Trusted, *, kind: str) -> Verdict:
    """The same of the manifest alone, for who reads the files later or elsewhere."""
    try:
        data, lines = _small(folder / MANIFEST, LARGEST), _small(folder / SIGNATURES, _LARGEST_SIGNATURES)
    except FileNotFoundError:
        return Verdict(Standing.UNSIGNED, "is not signed.")
    except OSError as error:
        return Verdict(Standing.ALTERED, f"has a manifest that cannot be read ({error.strerror}).")
    return judge(data, lines, trusted, kind=kind)


def judge(data: bytes, lines: bytes, trusted: Trusted, *, kind: str) -> Verdict:
    """Whether a trusted key signed these bytes of a manifest. lines: as `signature_line` writes them."""
    unknown = ""
    for line in lines.decode("ascii", "replace").splitlines():
        fingerprint, _, text = line.partition(" ")
        name, key = trusted.get(fingerprint, ("", None))
        if key is None:
            unknown = unknown or fingerprint[:64]
        elif key.verifies(_base64(text), data):
            return _read_manifest(data, name, kind)
        else:
            return Verdict(Standing.ALTERED, "has a manifest that was altered after it was signed.", name)
    if unknown:
        return Verdict(Standing.UNKNOWN_KEY, f"is signed by the key {unknown}, which is not trusted here.")
    return Verdict(Standing.UNSIGNED, "is not signed.")


def differences(folder: Path, files: Mapping[str, FileEntry], below: str = "") -> list[str]:
    """A few words about each file that is altered, missing, or there without having been signed.

    below: look at this part of the folder only, as `plugins/rtsp`.
    """
    prefix = f"{below}/" if below else ""
    try:
        there = set(list_files(folder, below))
    except ManifestError as error:
        return [str(error).rstrip(".")]
    except OSError as error:
        return [f"{error.filename} cannot be read ({error.strerror})"]
    signed = {path: one for path, one in files.items() if path.startswith(prefix)}
    wrong = [f"{path} is missing" for path in sorted(signed.keys() - there)]
    wrong += [f"{path} was added" for path in sorted(there - signed.keys())]
    wrong += [f"{path} was altered" for path in sorted(there & signed.keys()) if not _is(folder / path, signed[path])]
    return wrong


def in_short(wrong: list[str]) -> str:
    """Differences in one sentence, the first few of them."""
    more = len(wrong) - _MOST_NAMED
    return "; ".join(wrong[:_MOST_NAMED]) + (f"; and {more} more." if more > 0 else ".")


def _read_manifest(data: bytes, signer: str, kind: str) -> Verdict:
    try:
        manifest = decoded(data)
    except ManifestError as error:
        return Verdict(Standing.ALTERED, f"has a manifest that {error}", signer)
    if manifest.kind != kind:
        return Verdict(Standing.ALTERED, f"is signed as {manifest.kind}, not as {kind}.", signer)
    return Verdict(Standing.SIGNED, "", signer, manifest)


def _small(path: Path, most: int) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        return file.read(most + 1)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _entry(path: Path) -> FileEntry:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileEntry(size, digest.hexdigest())


def _is(path: Path, signed: FileEntry) -> bool:
    try:
        return path.lstat().st_size == signed.size and _entry(path) == signed
    except OSError:
        return False
