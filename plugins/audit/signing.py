"""Signatures over what the chain came to: Ed25519 (RFC 8032), the key in `<data>/audit.key`, made at first use.

A statement is canonical JSON that says which log, up to which number, with which digest, when and by which key. Whoever
can write the database but not read the key can rebuild the chain, and not sign what it then comes to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugins.audit.canonical import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "audit.key"
CHECKPOINT = "checkpoint"
REMOVED = "removed"


class KeyTrouble(Exception):
    """A key cannot be used; one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement and its signature. kind: CHECKPOINT or REMOVED; digest: of link `number`; key: fingerprint."""

    statement: str
    signature: str

    def said(self) -> dict[str, Any]:
        """What the statement says; empty when it is none."""
        try:
            found = json.loads(self.statement)
        except ValueError:
            return {}
        said = found.get("eyrie_audit") if isinstance(found, dict) else None
        return said if isinstance(said, dict) else {}

    def is_by(self, public: bytes) -> bool:
        """Whether this key signed it. public: 32 bytes."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                base64.b64decode(self.signature, validate=True), self.statement.encode()
            )
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class Signer:
    """Signs with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        """32 bytes."""
        self.pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        """As other programs take it (RFC 8410)."""

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return fingerprint(self.public)

    def sign(self, kind: str, log: str, number: int, digest: bytes, signed_ms: int) -> Signed:
        """State that link `number` of a log has this digest."""
        said = {
            "digest": digest.hex(),
            "key": self.fingerprint,
            "kind": kind,
            "log": log,
            "number": number,
            "signed_ms": signed_ms,
        }
        return self.sign_text(canonical({"eyrie_audit": said}).decode())

    def sign_text(self, statement: str) -> Signed:
        """Sign a statement as it is written."""
        return Signed(statement, base64.b64encode(self._key.sign(statement.encode())).decode())


def fingerprint(public: bytes) -> str:
    """The first 16 bytes of a key's SHA-256, in groups of four hex digits."""
    text = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


def load(data: Path) -> Signer:
    """The installation's key. data: its directory. Raises KeyTrouble."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    from core.api.services import make_key_file

    path = data / FILE
    try:
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            make_key_file(path, pem.decode())
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyTrouble(f"{path} cannot be used ({error}); put its backup back.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{path} holds no Ed25519 key; put its backup back.")
    return Signer(key)


def public_key(pem: bytes) -> bytes:
    """The 32 bytes of a public key in PEM. Raises KeyTrouble."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyTrouble("It is no public key in PEM; `manage.py audit key` writes one.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyTrouble("It is no Ed25519 key; `manage.py audit key` writes one.")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
