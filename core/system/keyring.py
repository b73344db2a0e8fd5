"""Keys that encrypt secrets at rest: `<data>/secrets.key`, readable by its owner only, made at first use.

One line a key, `<id>:<base64 of 32 bytes>:<when it was made, UTC ms>`, the time missing in older ones. The last line
encrypts, all decrypt, so a new key can be added at any time (core.system.rotation).
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.configuration import configuration
from core.media.clock import SystemClock

_NONCE = 12  # bytes, NIST SP 800-38D section 8.2


class SecretsError(Exception):
    """Stored secrets cannot be read; one sentence with the remedy."""


class Keyring:
    """The keys of one file. Raises SecretsError when it can be neither read nor made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, bytes] = {}
        self._made: dict[str, int] = {}
        self._stamp: tuple[int, int] | None = None
        self._load()

    def encrypt(self, text: str) -> str:
        """`<key id>:<base64 of nonce and AES-256-GCM ciphertext>`."""
        name, sealed = self._sealed(text.encode())
        return f"{name}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, token: str) -> str:
        """The text again. Raises SecretsError when the key is gone or the value was altered."""
        name, _, body = token.partition(":")
        try:
            return self._opened(name, base64.b64decode(body, validate=True)).decode()
        except (binascii.Error, ValueError) as error:
            raise SecretsError("A stored secret has been altered and cannot be read; enter it anew.") from error

    def encrypt_bytes(self, data: bytes) -> bytes:
        """The key's id, a colon, nonce and AES-256-GCM ciphertext: 37 bytes more than the data."""
        name, sealed = self._sealed(data)
        return name.encode() + b":" + sealed

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """The data again. Raises SecretsError as `decrypt`."""
        name, _, body = sealed.partition(b":")
        return self._opened(name.decode("ascii", "replace"), body)

    def _sealed(self, data: bytes) -> tuple[str, bytes]:
        name = self.newest
        nonce = os.urandom(_NONCE)
        return name, nonce + AESGCM(self._keys[name]).encrypt(nonce, data, name.encode())

    def _opened(self, name: str, sealed: bytes) -> bytes:
        if name not in self._keys:
            self._load()  # another process may have added one
        if name not in self._keys:
            raise SecretsError(f"{self._path} lacks key {name}; restore that file from a backup or enter secrets anew.")
        try:
            return AESGCM(self._keys[name]).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise SecretsError("A stored secret has been altered and cannot be read; enter it anew.") from error

    @property
    def newest(self) -> str:
        """The id of the key that encrypts; another process may have added one just now."""
        if self._stamp != self._found():
            self._load()
        return next(reversed(self._keys))

    @property
    def older(self) -> list[str]:
        """Ids of the keys that only decrypt, oldest first."""
        newest = self.newest
        return [name for name in self._keys if name != newest]

    def made_ms(self, name: str) -> int | None:
        """When a key was made, UTC ms; None for one of before that was written down."""
        return self._made.get(name)

    def add_key(self, now_ms: int) -> str:
        """Encrypt with a new key from now on; returns its id. Older secrets stay readable."""
        name, line = _new_line(now_ms)
        self._write(self._path.read_text("ascii") + line)
        self._load()
        return name

    def forget(self, names: Collection[str]) -> None:
        """Remove keys for good: what they encrypted can never be read again. The newest stays whatever is asked."""
        newest = self.newest
        lines = self._path.read_text("ascii").splitlines(keepends=True)
        self._write("".join(line for line in lines if line.partition(":")[0] not in {*names} - {newest}))
        self._load()

    def _found(self) -> tuple[int, int] | None:
        """What changes with the file; as it was when the file is gone, since the keys in memory are then the last."""
        try:
            seen = self._path.stat()
        except OSError:
            return self._stamp
        return seen.st_ino, seen.st_mtime_ns

    def _load(self) -> None:
        try:
            if not self._path.exists():
                self._make()
            self._stamp = self._found()
            rows = [(*line.split(":"), "")[:3] for line in self._path.read_text("ascii").split()]
            self._keys = {name: base64.b64decode(key, validate=True) for name, key, _ in rows}
            self._made = {name: int(made) for name, _, made in rows if made}
        except (OSError, ValueError) as error:
            raise SecretsError(f"{self._path} cannot be used ({error}); restore it from a backup.") from error
        if not self._keys or any(len(key) != 32 for key in self._keys.values()):
            raise SecretsError(f"{self._path} holds no valid keys; restore it from a backup.")

    def _make(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._draft(_new_line(SystemClock().wall_ms())[1])
        try:
            os.link(draft, self._path)  # whole or not at all; the first process wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def _write(self, text: str) -> None:
        self._draft(text).replace(self._path)

    def _draft(self, text: str) -> Path:
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".secrets-")  # mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        return Path(name)


def _new_line(now_ms: int) -> tuple[str, str]:
    name = secrets.token_hex(4)
    return name, f"{name}:{base64.b64encode(os.urandom(32)).decode()}:{now_ms}\n"


@cache
def keyring(path: Path | None = None) -> Keyring:
    """The installation's keys."""
    return Keyring(path or configuration().data / "secrets.key")


def seal_bytes(data: bytes) -> bytes:
    """Data encrypted with the installation's newest key, as `unseal_bytes` takes it."""
    return keyring().encrypt_bytes(data)


def unseal_bytes(sealed: bytes) -> bytes:
    """The data again. Raises SecretsError when the key is gone or the value was altered."""
    return keyring().decrypt_bytes(sealed)
