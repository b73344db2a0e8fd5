"""The keys whose owners may give this installation code: `<data>/trust/<name>.pub`, a line each."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from core.trust.keys import LARGEST, KeyTrouble, PublicKey, public_key

FOLDER = "trust"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class TrustStore:
    """The folder of trusted keys. Whoever may write to it decides whose code runs, so nobody but its owner may."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER

    def keys(self) -> dict[str, PublicKey]:
        """By name. Raises KeyTrouble when the folder or a file of it is writable by others or unreadable."""
        try:
            files = sorted(self.folder.glob("*.pub"))
            if files:
                _insist_on_owner(self.folder)
            return {file.stem: _read(file) for file in files}
        except OSError as error:
            raise KeyTrouble(f"{error.filename}: {error.strerror}; mend its permissions.") from error

    def by_fingerprint(self) -> dict[str, tuple[str, PublicKey]]:
        """Name and key by fingerprint. Raises KeyTrouble."""
        return {key.fingerprint: (name, key) for name, key in self.keys().items()}

    def add(self, name: str, line: str) -> PublicKey:
        """Trust a key from now on, under a name of this installation. Raises KeyTrouble, OSError."""
        key = public_key(line)
        known = self.keys()
        if not _NAME.fullmatch(name):
            raise KeyTrouble("The name of a key has small letters, digits, dots and dashes, 64 at most.")
        if name in known:
            raise KeyTrouble(f"A key is called {name} already; choose another name, or remove that one first.")
        same = [other for other, one in known.items() if one.data == key.data]
        if same:
            raise KeyTrouble(f"This key is trusted already, as {same[0]}.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(PublicKey(key.data, key.name or name).line)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / f"{name}.pub")
        return key

    def remove(self, name: str) -> PublicKey:
        """Trust a key no longer; what it signed is refused from the next start on. Raises KeyTrouble, OSError."""
        key = self.keys().get(name)
        if key is None:
            raise KeyTrouble(f"No trusted key is called {name!r}.")
        (self.folder / f"{name}.pub").unlink()
        return key


def _read(file: Path) -> PublicKey:
    _insist_on_owner(file)
    with file.open("rb") as opened:
        text = opened.read(LARGEST + 1)
    try:
        return public_key(text.decode("utf-8"))
    except (UnicodeDecodeError, KeyTrouble):
        raise KeyTrouble(f"{file} is no public key; remove it.") from None


def _insist_on_owner(path: Path) -> None:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_mode & 0o022 or found.st_uid not in (os.getuid(), 0):
        raise KeyTrouble(f"{path}: others than Eyrie's user may change it; run chmod go-w on it, and look who did.")
