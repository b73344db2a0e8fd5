"""How long a refused user waits before it tries again: of one process, or of all processes of this machine.

Devices count wrong passwords by user, whichever process sends them. What one was told, all know then.
"""

from __future__ import annotations

import fcntl
import hmac
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.api import Clock

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 900.0
TURN_S = 10.0
"""So long one process waits for another that is signing in; a device that is slow beyond that keeps nobody waiting."""
_LOOK_S = 0.05
_State = tuple[int, float]  # refusals one after the other, and the monotonic second before which nothing is tried
log = logging.getLogger("eyrie.onvif")


class Patience:
    """Of one user of one device, in this process. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._state: _State = (0, 0.0)

    def wait(self) -> float:
        """Seconds for which nothing is tried; none when it is 0 or less."""
        left = self._read()[1] - self._clock.monotonic()
        return left if left <= LONGEST_PAUSE_S else 0.0  # more is of a clock from before a restart

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Around a try: one at a time."""
        with self._lock:
            yield

    def refused(self) -> None:
        """It was tried, and was wrong."""
        with self._lock:
            count = self._read()[0]
            pause = min(FIRST_PAUSE_S * 2**count, LONGEST_PAUSE_S)
            self._write((min(count + 1, 10), self._clock.monotonic() + pause))

    def accepted(self) -> None:
        """It was tried, and was right."""
        with self._lock:
            self._write((0, 0.0))

    def _read(self) -> _State:
        return self._state

    def _write(self, state: _State) -> None:
        self._state = state


class SharedPatience(Patience):
    """The same of all processes that give this file. tag: tells one password of the user from another, and is no help
    in guessing it. CLOCK_MONOTONIC is one for all processes of a machine.

    Where the file cannot be written, this process at least waits.
    """

    def __init__(self, clock: Clock, file: Path, tag: str) -> None:
        super().__init__(clock)
        self._file = file
        self._tag = tag
        self._alone = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Around a try: one at a time of all processes."""
        with self._lock:
            if self._alone:  # a call within a call
                yield
                return
            with ExitStack() as held:
                try:
                    self._file.parent.mkdir(parents=True, exist_ok=True)
                    _lock(held.enter_context(self._file.with_suffix(".lock").open("w")).fileno())
                except OSError as error:
                    log.warning("other processes are not waited for: %s", error)
                self._alone = True
                held.callback(self._end_turn)
                yield

    def _end_turn(self) -> None:
        self._alone = False

    def _read(self) -> _State:
        try:
            tag, count, until = self._file.read_text().split()
            return (int(count), float(until)) if hmac.compare_digest(tag, self._tag) else self._state
        except (OSError, ValueError):
            return self._state

    def _write(self, state: _State) -> None:
        self._state = (0, 0.0)
        mine = self._file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            if not state[0]:
                self._file.unlink(missing_ok=True)
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            mine.touch(mode=0o600)
            mine.write_text(f"{self._tag} {state[0]} {state[1]}")
            mine.replace(self._file)
        except OSError as error:
            log.warning("a refused password is known to one process only: %s", error)
            self._state = state


def _lock(handle: int) -> None:
    """Take the lock, or go on without it when that takes too long. The kernel gives it back when a process dies."""
    ends = time.monotonic() + TURN_S
    while time.monotonic() < ends:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_S)
        else:
            return
