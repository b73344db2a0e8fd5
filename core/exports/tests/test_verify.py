"""An altered export is caught, and where it was altered is said; the stand-alone program says the same."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as some

from core.exports import verify
from core.exports.archive import Archive
from core.exports.signing import Signer
from core.exports.verify import BLOCK_SIZE, NotAnExport, check, ed25519_verifies

KEY = Signer(Ed25519PrivateKey.generate())
CONTENT = bytes(range(256)) * 1024  # 256 KiB: four blocks


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small archive as the exporter writes them."""
    archive = Archive(tmp_path / "1.zip", reserve=0)
    written = archive.add("01_Gate.mp4", 1e9, len(CONTENT), [CONTENT[:1000], CONTENT[1000:]], lambda size: None)
    row = {key: getattr(written, key) for key in ("name", "offset", "size", "sha256", "block_size", "blocks")}
    body = {"format": verify.FORMAT, "public_key": base64.b64encode(KEY.public).decode(), "files": [row]}
    text = json.dumps(body).encode()
    archive.add(verify.MANIFEST, 1e9, len(text), [text], lambda size: None)
    archive.add(verify.SIGNATURE, 1e9, 0, [KEY.sign(text)], lambda size: None)
    archive.finish()
    return archive.path


def altered(path: Path, at: int, data: bytes = b"\0") -> None:
    with path.open("r+b") as file:
        file.seek(at)
        assert file.read(len(data)) != data
        file.seek(at)
        file.write(data)


def offset_of(path: Path) -> int:
    return check(path).files[0].offset


def test_as_it_was_made(export: Path) -> None:
    report = check(export, KEY.fingerprint)
    assert report.intact and report.expected
    assert path_bytes(export, report.files[0].offset, len(CONTENT)) == CONTENT


def path_bytes(path: Path, at: int, size: int) -> bytes:
    return path.read_bytes()[at : at + size]


def test_an_altered_byte_is_found_and_its_place_said(export: Path) -> None:
    begin = offset_of(export)
    altered(export, begin + BLOCK_SIZE + 7, b"\xff")
    altered(export, begin + 2 * BLOCK_SIZE + 7, b"\xff")
    report = check(export, KEY.fingerprint)
    assert not report.intact
    assert report.files[0].altered == [(BLOCK_SIZE, 3 * BLOCK_SIZE)]
    assert f"ALTERED in bytes {BLOCK_SIZE} to {3 * BLOCK_SIZE - 1}" in "\n".join(report.sentences())


def test_an_altered_manifest_is_found(export: Path) -> None:
    at = export.read_bytes().index(b'"sha256": "') + 11
    altered(export, at, b"?")
    report = check(export)
    assert not report.signed and not report.intact


def test_another_s_key_is_told_apart(export: Path) -> None:
    other = Signer(Ed25519PrivateKey.generate())
    assert check(export, KEY.public_pem).expected
    report = check(export, other.public_pem)
    assert report.signed and report.expected is False and not report.intact
    assert check(export).expected is None


def test_files_put_in_or_taken_out_are_found(export: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(export, "a") as archive:
        archive.writestr("extra.mp4", b"more")
    assert check(export).strangers == ["extra.mp4"]
    without = tmp_path / "without.zip"
    with zipfile.ZipFile(export) as old, zipfile.ZipFile(without, "w") as new:
        for name in (verify.MANIFEST, verify.SIGNATURE):
            new.writestr(name, old.read(name))
    assert [file.problem for file in check(without).files] == ["is missing from the archive"]


@pytest.mark.parametrize("damage", ["cut", "text", "absent"])
def test_what_is_no_whole_export_is_said_to_be_none(export: Path, damage: str) -> None:
    if damage == "cut":
        export.write_bytes(export.read_bytes()[:-5000])
    elif damage == "text":
        export.write_text("hello")
    else:
        export.unlink()
    with pytest.raises(NotAnExport):
        check(export)


def test_the_program_alone_says_the_same(export: Path, tmp_path: Path) -> None:
    """One file, copied away from everything else, in a Python without any package."""
    program = Path(shutil.copy(verify.__file__, tmp_path / "verify.py"))
    key = tmp_path / "key.pem"
    key.write_text(KEY.public_pem)
    good = _run(program, export, "--key", key)
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "The export is as it was made.")
    altered(export, offset_of(export), b"\xff")
    bad = _run(program, export)
    assert bad.returncode == 1
    assert f"ALTERED in bytes 0 to {BLOCK_SIZE - 1}" in bad.stdout
    assert _run(program, tmp_path / "nothing.zip").returncode == 2


def _run(program: Path, *arguments: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=program.parent)


@settings(max_examples=25, deadline=None)
@given(some.binary(max_size=200), some.integers(0, 511), some.booleans())
def test_signatures_are_judged_as_cryptography_judges_them(message: bytes, bit: int, spoil: bool) -> None:
    signature = bytearray(base64.b64decode(KEY.sign(message)))
    if spoil:
        signature[bit // 8] ^= 1 << bit % 8
    assert ed25519_verifies(KEY.public, message, bytes(signature)) is _cryptography(message, bytes(signature))


def test_the_example_of_the_rfc() -> None:
    """RFC 8032 section 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert ed25519_verifies(public, b"\x72", signature)
    assert not ed25519_verifies(public, b"\x73", signature)


def _cryptography(message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(KEY.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
