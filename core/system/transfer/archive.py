"""The file of a configuration: a ZIP of `manifest.json` and `configuration.json`.

With a passphrase each secret is encrypted (AES-256-GCM under a key that scrypt, RFC 7914, makes of it), bound to its
place, and the manifest carries an HMAC-SHA-256 of the whole, so that any alteration is found. Without one secrets are
left out, and a plain SHA-256 finds damage, though not somebody who means it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
import os
import zipfile
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.system.transfer.rows import Secret, walked

FORMAT = "eyrie-configuration"
VERSION = 1
LARGEST = 64 * 1024 * 1024
"""Bytes of configuration.json that are read at most."""
LEAST_PASSPHRASE = 8
_NONCE = 12  # bytes, NIST SP 800-38D section 8.2
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}
_SECRET, _LEFT_OUT = "$secret", "$left_out"
_DATE = (1980, 1, 1, 0, 0, 0)


class ArchiveError(ValueError):
    """The file or its passphrase is wrong; one sentence with the remedy. field: `file` or `passphrase`."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Keys:
    """Made of a passphrase: one encrypts, one authenticates."""

    encrypting: bytes
    authenticating: bytes


def pack(parts: dict[str, Any], about: dict[str, Any], passphrase: str) -> bytes:
    """The file. parts: name to {"version", "rows"}; about: when, where and by which Eyrie it is made.

    Raises ArchiveError for a passphrase that is too short; an empty one leaves secrets out.
    """
    if passphrase and len(passphrase) < LEAST_PASSPHRASE:
        raise ArchiveError("passphrase", f"The passphrase is too short; use {LEAST_PASSPHRASE} characters or more.")
    salt = os.urandom(16)
    keys = _keys(passphrase, salt) if passphrase else None
    content = json.dumps(walked(parts, "", _sealer(keys)), indent=1, ensure_ascii=False, sort_keys=True).encode()
    manifest = {"format": FORMAT, "version": VERSION, **about, "sha256": hashlib.sha256(content).hexdigest()}
    manifest["secrets"] = "encrypted" if keys else "left out"
    if keys is not None:
        manifest["salt"] = base64.b64encode(salt).decode()
        manifest["hmac"] = _authenticated(keys, manifest, content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in (("manifest.json", json.dumps(manifest, indent=1).encode()), ("configuration.json", content)):
            file.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(data: bytes, passphrase: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest and the parts. Raises ArchiveError when it is no such file, newer, altered, or otherwise locked."""
    manifest, content = _contents(data)
    if manifest.get("format") != FORMAT:
        raise ArchiveError("file", "This is no configuration of Eyrie; choose a file that `backup` made.")
    if not isinstance(manifest.get("version"), int) or manifest["version"] > VERSION:
        raise ArchiveError("file", "This file was made by a newer Eyrie; update this one first.")
    keys = None
    if manifest.get("secrets") == "encrypted":
        if not passphrase:
            raise ArchiveError("passphrase", "This file is locked; give the passphrase it was made with.")
        keys = _keys(passphrase, _decoded(str(manifest.get("salt", ""))))
        if not hmac.compare_digest(str(manifest.get("hmac", "")), _authenticated(keys, manifest, content)):
            raise ArchiveError("passphrase", "The passphrase is wrong, or the file was altered; nothing was changed.")
    if not hmac.compare_digest(str(manifest.get("sha256", "")), hashlib.sha256(content).hexdigest()):
        raise ArchiveError("file", "The file was altered or damaged; take another copy of it.")
    try:
        parts = walked(json.loads(content), "", _opener(keys))
    except ValueError:
        raise ArchiveError("file", "The file was altered or damaged; take another copy of it.") from None
    return manifest, parts


def _contents(data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if any(one.file_size > LARGEST for one in file.infolist()):
                raise ArchiveError("file", f"The file is larger than any configuration ({LARGEST // 1024**2} MiB).")
            manifest, content = json.loads(file.read("manifest.json")), file.read("configuration.json")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError("file", "This is no configuration of Eyrie, or it is damaged.") from error
    if not isinstance(manifest, dict):
        raise ArchiveError("file", "This is no configuration of Eyrie, or it is damaged.")
    return manifest, content


def _keys(passphrase: str, salt: bytes) -> Keys:
    made = hashlib.scrypt(passphrase.encode(), salt=salt, maxmem=64 * 1024 * 1024, dklen=64, **_SCRYPT)
    return Keys(made[:32], made[32:])


def _authenticated(keys: Keys, manifest: dict[str, Any], content: bytes) -> str:
    about = json.dumps({key: manifest[key] for key in sorted(manifest) if key != "hmac"}, sort_keys=True).encode()
    return hmac.new(keys.authenticating, about + b"\0" + content, hashlib.sha256).hexdigest()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _sealer(keys: Keys | None) -> Any:
    def seal(value: Any, path: str) -> Any:
        if not isinstance(value, Secret):
            return value
        if keys is None or value.text is None:
            return {_LEFT_OUT: True}
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(keys.encrypting).encrypt(nonce, value.text.encode(), path.encode())
        return {_SECRET: base64.b64encode(nonce + sealed).decode()}

    return seal


def _opener(keys: Keys | None) -> Any:
    def open_(value: Any, path: str) -> Any:
        if not isinstance(value, dict) or len(value) != 1:
            return value
        if _LEFT_OUT in value:
            return Secret(None)
        if _SECRET not in value or keys is None:
            return value
        sealed = _decoded(str(value[_SECRET]))
        try:
            return Secret(AESGCM(keys.encrypting).decrypt(sealed[:_NONCE], sealed[_NONCE:], path.encode()).decode())
        except (InvalidTag, ValueError):
            raise ArchiveError("file", "The file was altered or damaged; take another copy of it.") from None

    return open_
