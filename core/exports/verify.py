"""Is an export of Eyrie as it was made? Says which bytes of which file were altered.

This one file runs by itself with Python 3.11 or newer and nothing else: `python verify.py EXPORT.zip [--key KEY]`.
KEY is the fingerprint or the public key of the installation, got from it on another way than the archive itself;
without it one learns that nothing was altered since the archive was signed, but not by whom it was signed.
Exit code 0: as it was made; 1: altered; 2: not an export, or it cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FORMAT = "eyrie-export/1"
MAX_MANIFEST = 64 * 1024 * 1024
BLOCK_SIZE = 64 * 1024
"""Bytes of the blocks that are hashed one by one, for all but very long files."""

MOST_BLOCKS = 16_384
_LOCAL_HEADER = 30
_NAME_LENGTHS = struct.Struct("<26xHH")  # of a ZIP local file header (APPNOTE.TXT 4.3.7)


class NotAnExport(Exception):
    """The file cannot be judged; one sentence."""


@dataclass(slots=True)
class FileReport:
    """One file of the archive. altered: byte ranges [start, end) of the file; problem: a sentence, else empty.

    offset: where its first byte lies in the archive, -1 when it is not there.
    """

    name: str
    size: int
    offset: int = -1
    altered: list[tuple[int, int]] = field(default_factory=list)
    problem: str = ""

    @property
    def intact(self) -> bool:
        """Whether every byte is as it was."""
        return not self.altered and not self.problem


@dataclass(slots=True)
class Report:
    """signed: the manifest is as it was signed; key: the signer's fingerprint; expected: whether that is the key that
    was asked for, None when none was. strangers: files that the manifest does not know."""

    signed: bool
    key: str
    expected: bool | None
    manifest: dict[str, Any]
    files: list[FileReport] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether the export is as it was made."""
        files = all(one.intact for one in self.files)
        return self.signed and self.expected is not False and files and not self.strangers

    def sentences(self) -> Iterator[str]:
        """The findings for a person."""
        if not self.signed:
            yield "The manifest was altered after it was signed: what it says cannot be trusted."
        elif self.expected is False:
            yield f"Signed with the key {self.key}, which is not the one expected."
        elif self.expected is None:
            yield f"Signed with the key {self.key}: compare it with what the installation shows, or pass it by --key."
        else:
            yield f"Signed with the expected key {self.key}."
        for file in self.files:
            yield from _file_sentences(file)
        yield from (f"{name}: was put into the archive afterwards." for name in self.strangers)
        yield "The export is as it was made." if self.intact else "The export is NOT as it was made."


def check(path: Path, key: str = "") -> Report:
    """Compare an archive with its manifest, in flat memory. key: fingerprint or public key to insist on.

    Raises NotAnExport.
    """
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as archive:
            return _check(raw, archive, key)
    except OSError as error:
        raise NotAnExport(f"{path}: cannot be read ({error.strerror or error}).") from error
    except zipfile.BadZipFile as error:
        raise NotAnExport(f"{path}: is no whole ZIP archive ({error}); it may be cut short or damaged.") from error


def fingerprint(public_key: bytes) -> str:
    """What people compare: the first 16 bytes of the key's SHA-256 in groups of four digits."""
    digits = hashlib.sha256(public_key).hexdigest()[:32]
    return "-".join(digits[at : at + 4] for at in range(0, 32, 4))


def block_size(size: int) -> int:
    """Bytes of the blocks of a file: BLOCK_SIZE, or more when those would be over MOST_BLOCKS."""
    length = BLOCK_SIZE
    while length * MOST_BLOCKS < size:
        length *= 2
    return length


def _check(raw: BinaryIO, archive: zipfile.ZipFile, key: str) -> Report:
    entries = {info.filename: info for info in archive.infolist()}
    text = _small(raw, entries, MANIFEST)
    try:
        manifest = json.loads(text)
        public = base64.b64decode(manifest["public_key"], validate=True)
        rows = [(str(row["name"]), int(row["size"]), row) for row in manifest["files"]]
        if manifest["format"] != FORMAT:
            raise NotAnExport(f"This is an export of the format {manifest['format']}, and I know {FORMAT} only.")
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise NotAnExport(f"{MANIFEST} is damaged beyond reading ({error}): the export was altered.") from error
    try:
        signature = base64.b64decode(_small(raw, entries, SIGNATURE), validate=True)
    except (ValueError, binascii.Error):
        signature = b""
    report = Report(
        signed=ed25519_verifies(public, text, signature),
        key=fingerprint(public),
        expected=_is_expected(public, key) if key else None,
        manifest=manifest,
    )
    report.files = [_file(raw, entries.get(name), name, size, row) for name, size, row in rows]
    known = {name for name, _, _ in rows} | {MANIFEST, SIGNATURE}
    report.strangers = sorted(entries.keys() - known)
    return report


def _small(raw: BinaryIO, entries: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    info = entries.get(name)
    if info is None:
        raise NotAnExport(f"The archive has no {name}: it is no export of Eyrie, or was packed anew.")
    if info.file_size > MAX_MANIFEST:
        raise NotAnExport(f"{name} claims {info.file_size} bytes: it is no export of Eyrie.")
    raw.seek(_data_offset(raw, info))
    return raw.read(info.file_size)


def _file(raw: BinaryIO, info: zipfile.ZipInfo | None, name: str, size: int, row: dict[str, Any]) -> FileReport:
    report = FileReport(name, size)
    if info is None:
        report.problem = "is missing from the archive"
        return report
    if info.compress_type != zipfile.ZIP_STORED:
        report.problem = "was packed anew (compressed); verify the archive as it was downloaded"
        return report
    report.offset = _data_offset(raw, info)
    if info.file_size != size:
        report.problem = f"has {info.file_size} bytes instead of {size}"
    whole, length = hashlib.sha256(), int(row["block_size"])
    raw.seek(report.offset)
    for number, expected in enumerate(row["blocks"]):
        start, end = number * length, min((number + 1) * length, size)
        data = raw.read(end - start)
        whole.update(data)
        if hashlib.sha256(data).hexdigest() != expected:
            _extend(report.altered, start, end)
    if not report.altered and not report.problem and whole.hexdigest() != row["sha256"]:
        report.problem = "does not have the hash that the manifest says"
    return report


def _extend(ranges: list[tuple[int, int]], start: int, end: int) -> None:
    if ranges and ranges[-1][1] == start:
        ranges[-1] = ranges[-1][0], end
    else:
        ranges.append((start, end))


def _data_offset(raw: BinaryIO, info: zipfile.ZipInfo) -> int:
    raw.seek(info.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\3\4":
        raise NotAnExport(f"The archive is damaged at byte {info.header_offset}, before {info.filename}.")
    name, extra = _NAME_LENGTHS.unpack(header)
    return info.header_offset + _LOCAL_HEADER + int(name) + int(extra)


def _file_sentences(file: FileReport) -> Iterator[str]:
    if file.intact:
        yield f"{file.name}: as it was made ({file.size} bytes)."
    if file.problem:
        yield f"{file.name}: {file.problem}."
    for start, end in file.altered:
        there = f"bytes {file.offset + start} to {file.offset + end - 1} of the archive"
        yield f"{file.name}: ALTERED in bytes {start} to {end - 1} ({there})."


def _is_expected(public: bytes, key: str) -> bool:
    """Whether the signer's key is the one meant by a fingerprint, a PEM public key or its 32 bytes in base64."""
    text = key.strip()
    if "-----" in text:
        der = base64.b64decode("".join(line for line in text.splitlines() if "-----" not in line))
        return der[-32:] == public  # SubjectPublicKeyInfo of RFC 8410 ends with the key
    return text in (fingerprint(public), base64.b64encode(public).decode())


# Ed25519 verification, RFC 8032 section 5.1.7 and its appendix A. It works on public values only.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes is one of the message by the holder of a public key of 32 bytes."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _decompressed(public), _decompressed(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(s, _BASE), _plus(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


def _plus(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f, g * h, f * g, e * h


def _times(factor: int, point: _Point) -> _Point:
    found: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _plus(found, point)
        point = _plus(point, point)
        factor >>= 1
    return found


def _decompressed(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P != 0:
        x = x * _ROOT % _P
    if (x * x - square) % _P != 0:
        return None
    return _P - x if x & 1 != sign else x


def _base() -> _Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _x_of(y, 0) or 0
    return x, y, 1, x * y % _P


_BASE = _base()


def main(arguments: list[str]) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description="Says whether an export of Eyrie is as it was made.")
    parser.add_argument("file", type=Path, help="the ZIP archive")
    parser.add_argument("--key", default="", help="fingerprint, public key, or a file that holds one")
    options = parser.parse_args(arguments)
    try:
        report = check(options.file, key_of(options.key))
    except NotAnExport as error:
        sys.stdout.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{sentence}\n" for sentence in report.sentences())
    return 0 if report.intact else 1


def key_of(text: str) -> str:
    """The key itself where a file that holds it was named."""
    try:
        return Path(text).read_text("ascii") if text and Path(text).is_file() else text
    except (OSError, UnicodeDecodeError) as error:
        raise NotAnExport(f"{text}: cannot be read as a key ({error}).") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
