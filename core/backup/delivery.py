"""Making one copy: send what is missing, check what arrived, and only then give it its name.

there already?  ─yes─▶ check ─▶ done            (killed between the renaming and the row)
    │no
    ▼
size of .part ─▶ hash what was sent ─▶ append the rest ─▶ check size and bytes ─▶ rename ─▶ done
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.backup.models import Copy, Verify
from core.backup.sources import Source
from core.hookspecs.backup import BackupError, BackupTarget, BackupTrouble

PART = ".part"
SLICE = 128 * 1024
"""Bytes sent at once: small, so that a low cap is an even flow and no server thinks the connection dead."""

READ = 8 * 1024 * 1024
"""Bytes of one request when a copy is read back."""

Note = Callable[[int], None]
"""Told after each piece how many bytes went over the line; holds back for the cap, raises when the work must end."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What arrived. verified: how it was checked: `size`, `server` (by the server's own hash) or `read` (read back)."""

    size: int
    sha256: str
    verified: str


class Delivery:
    """One attempt at one copy over an open connection. sent: bytes of it that are at the target, as it goes on."""

    def __init__(self, copy: Copy, source: Source, target: BackupTarget, resumes: bool, note: Note) -> None:
        self._copy, self._source, self._target, self._note = copy, source, target, note
        self._part = copy.path + PART if resumes else copy.path
        self._resumes = resumes
        self.sent = 0

    def run(self) -> Delivered:
        """Deliver it. Raises BackupError, Gone, StorageError, and whatever `note` raises."""
        there = self._target.size(self._copy.path)
        if there is not None:
            return self._take(there)
        digest = self._send()
        try:
            verified = self._checked(self._part, digest)
        except BackupError as error:
            if error.trouble is BackupTrouble.FILE:
                self._target.delete(self._part)  # so that the next attempt begins anew
            raise
        if self._resumes:
            self._target.rename(self._part, self._copy.path)
        return Delivered(self._source.size, digest, verified)

    def _take(self, there: int) -> Delivered:
        """Something has its name already: ours, if it is the same."""
        digest = hashlib.sha256()
        for chunk in self._source.chunks(0):
            digest.update(chunk)
            self._note(0)
        try:
            self._same_size(there)
            verified = self._checked(self._copy.path, digest.hexdigest())
        except BackupError as error:
            if error.trouble is not BackupTrouble.FILE:
                raise
            raise _file_trouble(
                f"{self._copy.path} is there already, with other content; move or delete it, then retry."
            ) from error
        self.sent = self._source.size
        return Delivered(self._source.size, digest.hexdigest(), verified)

    def _send(self) -> str:
        """Send what is missing; the SHA-256 of the whole."""
        digest = hashlib.sha256()
        self.sent = start = self._begun()
        self._target.append(self._part, start, self._pieces(start, digest.update))
        return digest.hexdigest()

    def _begun(self) -> int:
        """Bytes of an earlier attempt that may stay. A clip that is not what it was when they were sent begins anew."""
        if not self._resumes or self._copy.size not in (0, self._source.size):
            return 0
        found = self._target.size(self._part) or 0
        return found if found <= self._source.size else 0

    def _pieces(self, start: int, hashed: Callable[[bytes], object]) -> Iterator[bytes]:
        """The bytes from `start` on, all of them hashed."""
        at = 0
        for chunk in self._source.chunks(0):
            hashed(chunk)
            at += len(chunk)
            fresh = chunk[max(len(chunk) - (at - start), 0) :] if at > start else b""
            for begin in range(0, len(fresh), SLICE):
                piece = fresh[begin : begin + SLICE]
                yield piece
                self.sent = at - len(fresh) + begin + len(piece)
                self._note(len(piece))
            if not fresh:
                self._note(0)

    def _checked(self, path: str, digest: str) -> str:
        """How a file was found to be right. Raises BackupError of trouble FILE when it is not."""
        self._same_size(self._target.size(path))
        if self._copy.plan.verify == Verify.SIZE:
            return "size"
        theirs, how = self._target.digest(path), "server"
        if theirs is None:
            theirs, how = self._read_back(path), "read"
        if theirs != digest:
            raise _file_trouble("The server has other bytes than were sent; its copy was not kept.")
        return how

    def _same_size(self, there: int | None) -> None:
        if there != self._source.size:
            raise _file_trouble(f"The server has {there or 0} bytes of {self._source.size}; its copy was not kept.")

    def _read_back(self, path: str) -> str:
        found = hashlib.sha256()
        for start in range(0, self._source.size, READ):
            self._hash(found.update, self._target.read(path, start, min(READ, self._source.size - start)))
        return found.hexdigest()

    def _hash(self, hashed: Callable[[bytes], object], pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            hashed(piece)
            self._note(len(piece))


def _file_trouble(message: str) -> BackupError:
    return BackupError(BackupTrouble.FILE, message)
