"""The memory that a process holds on to, and could do without (Linux)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE = 128 * 1024
_TOP = 1024 * 1024
"""Bytes of freed memory kept at the heap's end: with less, a detector gives back and takes again at each look."""


def give_back() -> int:
    """Let go of all pages of libraries' code that were touched so far; returns how many bytes those were.

    To load a library touches far more of it than to use it, and the kernel keeps what a process has mapped for as long
    as it can. Given back, a page is fetched again when it is used, most often from the cache of files. Only what was
    never written to is let go (madvise(2), MADV_DONTNEED, would lose the rest).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(size for start, length, size in _unwritten() if libc.madvise(start, length, _MADV_DONTNEED) == 0)


def _unwritten() -> Iterator[tuple[int, int, int]]:
    """Address, length and resident bytes of each mapping of a file that is private, read-only, and as in the file.

    By proc_pid_smaps(5): the loader writes addresses into some and only then makes them read-only; those have pages
    that are "Anonymous".
    """
    found = []
    begun: tuple[int, int] | None = None
    resident = 0
    for line in Path("/proc/self/smaps").read_text("utf-8", "replace").splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            start, end = (int(part, 16) for part in first.split("-"))
            of_file = len(rest) > 4 and rest[4].startswith("/")
            begun = (start, end - start) if of_file and "w" not in rest[0] and rest[0].endswith("p") else None
        elif begun is not None and first == "Rss:":
            resident = int(rest[0]) * 1024
        elif begun is not None and first == "Anonymous:" and rest[0] == "0" and resident:
            found.append((*begun, resident))
    return iter(found)


def return_freed() -> None:
    """Have malloc give what is freed back to the system sooner, here and in all children (mallopt(3); glibc's only).

    Left alone, it makes an arena for each thread, which keeps what that thread freed, and serves ever larger blocks
    from them.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_M_TRIM_THRESHOLD, _TOP)
