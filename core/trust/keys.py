"""Ed25519 keys (RFC 8032): a signer's private one in a file of its own, public ones as a line of text."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from core.keys import make_key_file

WORD = "eyrie-ed25519"
_PURPOSE = b"eyrie-manifest-v1\0"  # nothing that is signed for another end is a signature of a manifest
LARGEST = 4096  # bytes of a key file


class KeyTrouble(ValueError):
    """A key cannot be used; one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """data: 32 bytes. name: what its owner called it, for people only."""

    data: bytes
    name: str

    @property
    def fingerprint(self) -> str:
        """What people compare: the first 16 bytes of the key's SHA-256 in groups of four digits."""
        digits = hashlib.sha256(self.data).hexdigest()[:32]
        return "-".join(digits[at : at + 4] for at in range(0, 32, 4))

    @property
    def line(self) -> str:
        """As it is handed on."""
        return f"{WORD} {base64.b64encode(self.data).decode()} {self.name}\n"

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the owner of this key signed a manifest of these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.data).verify(signature, _PURPOSE + data)
        except InvalidSignature:
            return False
        return True


def public_key(line: str) -> PublicKey:
    """A public key of its line. Raises KeyTrouble."""
    word, _, rest = line.strip().partition(" ")
    text, _, name = rest.partition(" ")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if word != WORD or len(data) != 32 or "\n" in line.strip() or not name.isprintable() or len(name) > 64:
        raise KeyTrouble("This is no public key; give the one line that `plugins keygen` wrote into a .pub file.")
    return PublicKey(data, name.strip())


def make_key(path: Path, name: str) -> PublicKey:
    """A new private key at `path`, for its owner only, and its public key beside it (`.pub`). Raises OSError."""
    if path.exists():
        raise FileExistsError(17, "a key is there already", str(path))
    key = Ed25519PrivateKey.generate()
    make_key_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    public = _public(key, name)
    path.with_name(path.name + ".pub").write_text(public.line, "utf-8")
    return public


class Signer:
    """Signs manifests with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = _public(key, "")

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(_PURPOSE + data)


def signer(path: Path) -> Signer:
    """The private key of a file. Raises KeyTrouble, OSError."""
    try:
        key = load_pem_private_key(path.read_bytes()[:LARGEST], None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{path} holds no private key of Ed25519; make one with `plugins keygen`.")
    return Signer(key)


def _public(key: Ed25519PrivateKey, name: str) -> PublicKey:
    return PublicKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), name)
