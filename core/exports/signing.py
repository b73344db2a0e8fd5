"""The installation's signing key: Ed25519 (RFC 8032), in `<data>/export.key`, made at first use."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from core.configuration import configuration
from core.exports.verify import fingerprint
from core.keys import make_key_file

FILE = "export.key"


class KeyTrouble(Exception):
    """The signing key cannot be used; one sentence with the remedy."""


class Signer:
    """Signs with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key()

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def public_base64(self) -> str:
        """The same in base64."""
        return base64.b64encode(self.public).decode()

    @property
    def public_pem(self) -> str:
        """The public key as other programs take it (RFC 8410)."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return fingerprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The signature in base64."""
        return base64.b64encode(self._key.sign(data))


def load(path: Path) -> Signer:
    """The key of a file, which is made when there is none. Raises KeyTrouble."""
    try:
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            make_key_file(path, pem.decode())
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise KeyTrouble(f"{path} cannot be used ({error}); put its backup back.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{path} holds no Ed25519 key; put its backup back.")
    return Signer(key)


@cache
def signer() -> Signer:
    """The installation's. Raises KeyTrouble."""
    return load(configuration().data / FILE)
