"""The memory that a process holds on to, and could do without (Linux)."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
_PT_LOAD, _PF_W = 1, 2
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE = 128 * 1024
_TOP = 1024 * 1024
"""Bytes of freed memory kept at the heap's end: with less, a detector gives back and takes again at each look."""
Span = tuple[int, int]
"""Address and length."""


class _Segment(ctypes.Structure):
    """A program header (elf(5), Elf64_Phdr)."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("offset", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("physical", ctypes.c_uint64),
        ("in_file", ctypes.c_uint64),
        ("in_memory", ctypes.c_uint64),
        ("alignment", ctypes.c_uint64),
    )


class _Library(ctypes.Structure):
    """The begin of what dl_iterate_phdr(3) tells of a library."""

    _fields_ = (
        ("address", ctypes.c_uint64),
        ("name", ctypes.c_char_p),
        ("segments", ctypes.POINTER(_Segment)),
        ("count", ctypes.c_uint16),
    )


_EACH = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Library), ctypes.c_size_t, ctypes.c_void_p)


def give_back() -> int:
    """Let go of all pages of libraries' code that were touched so far; returns how many bytes those were.

    To load a library touches far more of it than to use it, and the kernel keeps what a process has mapped for as long
    as it can. Given back, a page is fetched again when it is used, most often from the cache of files. Nothing is let
    go that was ever written to (madvise(2), MADV_DONTNEED, would lose it), nor of a library that another thread is
    just loading.
    """
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    loaded = _read_only_segments()
    unwritten = ((span, held) for span, held in _unwritten() if span in loaded)
    return sum(held for span, held in unwritten if libc.madvise(*span, _MADV_DONTNEED) == 0)


def _read_only_segments() -> set[Span]:
    """Of the libraries that are completely loaded; in whole pages."""
    page = resource.getpagesize()
    found: set[Span] = set()

    def note(library: ctypes._Pointer[_Library], _size: int, _data: int | None) -> int:
        told = library.contents
        for segment in told.segments[: told.count]:
            if segment.type == _PT_LOAD and not segment.flags & _PF_W:
                start = (told.address + segment.address) // page * page
                end = -(-(told.address + segment.address + segment.in_memory) // page) * page
                found.add((start, end - start))
        return 0

    ctypes.CDLL(None).dl_iterate_phdr(_EACH(note), None)
    return found


def _unwritten() -> Iterator[tuple[Span, int]]:
    """Each mapping of a file that is private, read-only, and as in the file, and how many bytes of it are resident.

    By proc_pid_smaps(5): of a mapping that was written to while that was allowed, there are pages "Anonymous".
    """
    span: Span | None = None
    resident = 0
    with Path("/proc/self/smaps").open(encoding="utf-8", errors="replace") as smaps:  # never whole: it has 300 KB
        for line in smaps:
            first, *rest = line.split()
            if not first.endswith(":"):
                start, end = (int(part, 16) for part in first.split("-"))
                of_file = len(rest) > 4 and rest[4].startswith("/")
                span = (start, end - start) if of_file and "w" not in rest[0] and rest[0].endswith("p") else None
            elif span is not None and first == "Rss:":
                resident = int(rest[0]) * 1024
            elif span is not None and first == "Anonymous:" and rest[0] == "0" and resident:
                yield span, resident


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
