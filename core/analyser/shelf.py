"""Where the pictures of one looker lie: a few slots of memory that the analyser writes and its worker reads.

A slot is free, or it holds a picture that the worker has not looked at yet. The analyser alone keeps the books, so a
worker that dies, or writes nonsense, spoils nobody else's pictures.
"""

from __future__ import annotations

import mmap
import os
from collections import deque

SLOTS = 3
"""Two pictures wait while one is looked at; what comes then is dropped."""


class Shelf:
    """The analyser's side. size: bytes of a slot. `take` and `give_back` may be called from different threads."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.fd = os.memfd_create("eyrie-pictures", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, size * SLOTS)
        self._memory = memoryview(mmap.mmap(self.fd, size * SLOTS))
        self._free = deque(range(SLOTS))

    def take(self) -> int | None:
        """A free slot, None when there is none."""
        try:
            return self._free.popleft()
        except IndexError:
            return None

    def give_back(self, slot: int) -> None:
        """It was looked at."""
        if 0 <= slot < SLOTS and slot not in self._free:
            self._free.append(slot)

    def slot(self, number: int) -> memoryview:
        """The memory of a slot."""
        return self._memory[number * self.size : (number + 1) * self.size]

    def passed_on(self) -> None:
        """The worker has the descriptor: this side needs only the memory, which goes with the last one to name it."""
        os.close(self.fd)
        self.fd = -1

    def __del__(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)


class ShelfView:
    """The worker's side, of a descriptor it received, which it closes. Memory is read-only."""

    def __init__(self, fd: int, size: int) -> None:
        self._size = size
        try:
            self._memory = memoryview(mmap.mmap(fd, size * SLOTS, prot=mmap.PROT_READ))
        finally:
            os.close(fd)

    def picture(self, slot: int, length: int) -> memoryview:
        """The first `length` bytes of a slot."""
        return self._memory[slot * self._size : slot * self._size + length]
