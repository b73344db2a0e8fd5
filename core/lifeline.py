"""No process of Eyrie's outlives the supervisor, and the supervisor sees which one hangs (Linux)."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable
from itertools import count
from typing import NoReturn

from core.media.clock import Clock
from core.pages import give_back

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
BEAT_SECONDS = 0.48  # on the grid of the recorder's ticks, to share their wake-ups
SETTLED = 60
"""Beats after which a process has loaded what it needs."""


def _prctl(option: int, argument: int | bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, argument, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends, however it ends (prctl(2), PR_SET_PDEATHSIG).

    To be called first thing in a child, and as `initializer` of process pools, with the parent's process id; exits at
    once when that parent is already gone.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        _leave()


def _leave() -> NoReturn:
    os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def name_process(name: str) -> None:
    """The name `ps` and `top` show, cut to 15 bytes."""
    _prctl(_PR_SET_NAME, name.encode()[:15])


def beat(fd: int) -> bool:
    """Tell the supervisor, by one byte on its non-blocking pipe, that this process is alive; False once it is gone."""
    try:
        os.write(fd, b"\1")
    except BlockingIOError:
        pass  # the supervisor is slow to read; the bytes already there speak for us
    except BrokenPipeError:
        return False
    return True


async def beat_forever(fd: int) -> None:
    """Beat from the running event loop until cancelled, so that a hung loop is noticed."""
    os.set_blocking(fd, False)
    loop = asyncio.get_running_loop()
    for beats in count(1):
        if not beat(fd):
            return
        if beats == SETTLED:
            await asyncio.to_thread(give_back)  # some 20 ms
        await asyncio.sleep(BEAT_SECONDS - loop.time() % BEAT_SECONDS)


def heart(fd: int | None, clock: Clock) -> Callable[[], None]:
    """For a loop without events: beats when it is called, often as that may be, now and then. No fd, no beat."""
    if fd is None:
        return lambda: None
    os.set_blocking(fd, False)
    last, beats = 0.0, 0

    def tick() -> None:
        nonlocal last, beats
        if clock.monotonic() - last >= BEAT_SECONDS:
            last, beats = clock.monotonic(), beats + 1
            beat(fd)
            if beats == SETTLED:
                give_back()

    return tick
