"""A file that only its passphrase opens, or only the installation that made it; altered or cut it does not open.

    magic "EYRIECFG" | 4 bytes: length of the head, big-endian | head (JSON) | pieces

Each piece is AES-256-GCM (NIST SP 800-38D) of 1 MiB, the last one shorter: nonce: 4 random bytes of the file and the
piece's number; associated data: SHA-256 of all before the pieces, the number, and whether it is the last. The key comes
of the passphrase by scrypt (RFC 7914), or is sealed in the head with the installation's own key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.system.keyring import SecretsError, seal_bytes, unseal_bytes

MAGIC = b"EYRIECFG"
VERSION = 1
LEAST_PASSPHRASE = 8
LARGEST_HEAD = 4096
PIECE = 1024 * 1024
_TAG, _PREFIX = 16, 4  # bytes
_SCRYPT = {"n": 2**16, "r": 8, "p": 1, "maxmem": 128 * 1024 * 1024, "dklen": 32}  # 64 MiB, about 0.2 s
DAMAGED = "The file was altered or damaged; take another copy of it."


class ArchiveError(ValueError):
    """The file or its passphrase is wrong; one sentence with the remedy. field: `file` or `passphrase`."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def check_passphrase(passphrase: str) -> None:
    """Raises ArchiveError for one that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise ArchiveError("passphrase", f"The passphrase is too short; use {LEAST_PASSPHRASE} characters or more.")


def lock(data: bytes, passphrase: str) -> bytes:
    """The data for who knows the passphrase. Raises ArchiveError for one that is too short."""
    check_passphrase(passphrase)
    salt = os.urandom(16)
    return _locked(data, {"lock": "passphrase", "salt": _text(salt)}, _of_passphrase(passphrase, salt))


def lock_here(data: bytes) -> bytes:
    """The data for this installation alone, as long as it has its key. Raises SecretsError."""
    key = AESGCM.generate_key(256)
    return _locked(data, {"lock": "installation", "key": _text(seal_bytes(key))}, key)


def is_locked(data: bytes) -> bool:
    """Whether it is such a file."""
    return data[: len(MAGIC)] == MAGIC


def unlock(data: bytes, passphrase: str) -> bytes:
    """The data again. Raises ArchiveError."""
    head, body = _head(data)
    key = _key(head, passphrase)
    context = hashlib.sha256(data[:body]).digest()
    nonces = _nonces(_bytes(head, "nonce", _PREFIX))
    found = []
    for number, (piece, last) in enumerate(_pieces(data[body:], PIECE + _TAG)):
        try:
            found.append(AESGCM(key).decrypt(nonces(number), piece, _about(context, number, last)))
        except InvalidTag:
            raise _refusal(number, head["lock"]) from None
    return b"".join(found)


def _refusal(number: int, lock: str) -> ArchiveError:
    """What the first piece does not fit is most often the passphrase; behind it that is known to be right."""
    if number == 0 and lock == "passphrase":
        return ArchiveError("passphrase", "The passphrase is wrong, or the file was altered; nothing was changed.")
    return ArchiveError("file", DAMAGED)


def _locked(data: bytes, head: dict[str, Any], key: bytes) -> bytes:
    prefix = os.urandom(_PREFIX)
    text = json.dumps({"version": VERSION, **head, "nonce": _text(prefix)}).encode()
    start = MAGIC + len(text).to_bytes(4, "big") + text
    context, nonces = hashlib.sha256(start).digest(), _nonces(prefix)
    pieces = enumerate(_pieces(data, PIECE))
    sealed = [AESGCM(key).encrypt(nonces(at), piece, _about(context, at, last)) for at, (piece, last) in pieces]
    return b"".join([start, *sealed])


def _pieces(data: bytes, size: int) -> Iterator[tuple[bytes, bool]]:
    """The data in pieces, each with whether it is the last; one empty piece of nothing."""
    for at in range(0, max(len(data), 1), size):
        yield data[at : at + size], at + size >= len(data)


def _nonces(prefix: bytes) -> Callable[[int], bytes]:
    return lambda number: prefix + number.to_bytes(8, "big")


def _about(context: bytes, number: int, last: bool) -> bytes:
    return context + number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")


def _head(data: bytes) -> tuple[dict[str, Any], int]:
    """The head, and where the pieces begin."""
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "big")
    begins = len(MAGIC) + 4
    if not is_locked(data) or not 0 < length <= LARGEST_HEAD or len(data) < begins + length:
        raise ArchiveError("file", DAMAGED)
    try:
        head = json.loads(data[begins : begins + length])
    except (ValueError, RecursionError):
        raise ArchiveError("file", DAMAGED) from None
    if not isinstance(head, dict) or head.get("lock") not in ("passphrase", "installation"):
        raise ArchiveError("file", DAMAGED)
    if not isinstance(head.get("version"), int) or head["version"] > VERSION:
        raise ArchiveError("file", "This file was made by a newer Eyrie; update this one first.")
    return head, begins + length


def _key(head: dict[str, Any], passphrase: str) -> bytes:
    if head["lock"] == "passphrase":
        if not passphrase:
            raise ArchiveError("passphrase", "This file is locked; give the passphrase it was made with.")
        return _of_passphrase(passphrase, _bytes(head, "salt", 16))
    try:
        return unseal_bytes(_bytes(head, "key"))
    except SecretsError:
        sentence = "This copy can be opened only where it was made, with the secrets.key of that time."
        raise ArchiveError("file", sentence) from None


def _of_passphrase(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode("utf-8", "surrogatepass"), salt=salt, **_SCRYPT)


def _bytes(head: dict[str, Any], name: str, length: int | None = None) -> bytes:
    try:
        found = base64.b64decode(str(head.get(name, "")), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or (length is not None and len(found) != length):
        raise ArchiveError("file", DAMAGED)
    return found


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
