"""One supervised process as the supervisor sees it: from its pipes and its pidfd."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable
from enum import StrEnum

from core.supervisor.logwriter import LogPipe, LogWriter
from core.supervisor.plan import ProcessSpec
from core.supervisor.restarts import BUDGET, WINDOW, RestartPolicy

START_SECONDS = 60.0  # for the first heartbeat, on a machine that is busy with something else
HANG_SPARE = 2.0  # for noticing that one hangs and starting it anew
log = logging.getLogger("eyrie.supervisor")


class Phase(StrEnum):
    """Where a process stands."""

    DOWN = "down"
    STARTING = "starting"  # asked for, not yet announced or not yet beating
    UP = "up"
    GIVEN_UP = "given_up"


class Ward:
    """A process to keep running. ended: called after it was reaped, with the seconds it was up, 0 if it never was."""

    def __init__(self, spec: ProcessSpec, writer: LogWriter, ended: Callable[[Ward, float], None]) -> None:
        self.spec = spec
        # One that hangs each time fails no oftener than its silence lets it.
        self.policy = RestartPolicy(
            persistent=spec.persistent, window=max(WINDOW, (BUDGET + 1) * (spec.silence + HANG_SPARE))
        )
        self.phase = Phase.DOWN
        self.pid: int | None = None
        self.needed = not spec.on_demand
        self.dismissed = False  # told to end, as nobody needs it
        self._births = 0
        self._dismissals = 0
        self.how_it_ended = ""
        self.down = asyncio.Event()  # no process is alive
        self.down.set()
        self._pidfd: int | None = None
        self._writer = writer
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._heartbeat: int | None = None
        self._heard = 0.0
        self._up_at = 0.0

    def open_pipes(self) -> tuple[int, int]:
        """Make the log and heartbeat pipes of the next start; returns the ends for the new process."""
        self.phase = Phase.STARTING
        self._heard = self._loop.time()
        log_write = LogPipe(self.spec.name, self._writer).open()
        self._heartbeat, heartbeat_write = os.pipe()
        os.set_blocking(self._heartbeat, False)
        self._loop.add_reader(self._heartbeat, self._read_heartbeat, self._heartbeat)
        return log_write, heartbeat_write

    def born(self, pid: int) -> None:
        """The new process announced itself, as a child of this one."""
        self.pid = pid
        self._births += 1
        self.down.clear()
        self._pidfd = os.pidfd_open(pid)
        self._loop.add_reader(self._pidfd, self._reap)

    def never_born(self) -> None:
        """The fork server died before the new process announced itself."""
        self._close_heartbeat()
        self.phase = Phase.DOWN

    def is_hung(self, now: float) -> bool:
        """Whether it has been silent for too long. now: the loop's time."""
        if self.pid is None:
            return False
        limit = self.spec.silence if self.phase is Phase.UP else max(START_SECONDS, self.spec.silence)
        return now - self._heard > limit

    @property
    def heard(self) -> float:
        """When it was last heard, the loop's time."""
        return self._heard

    def forgive(self, now: float) -> None:
        """Count silence from now on: the supervisor itself was standing still."""
        self._heard = now

    @property
    def was_born(self) -> bool:
        """Whether it ever ran."""
        return self._births > 0

    @property
    def restarts(self) -> int:
        """How often it was started again after an end of its own."""
        return max(self._births - 1 - self._dismissals, 0)

    def dismiss(self) -> None:
        """Nobody needs it: have it end, which is no failure."""
        self.dismissed = True
        self._dismissals += 1
        self.signal(signal.SIGTERM)

    def signal(self, number: signal.Signals) -> None:
        """Signal the process; SIGKILL reaches the processes it started as well."""
        if self.pid is not None:
            send = os.killpg if number is signal.SIGKILL else os.kill
            with contextlib.suppress(ProcessLookupError):
                send(self.pid, number)

    def _read_heartbeat(self, fd: int) -> None:
        try:
            beats = os.read(fd, 65536)
        except BlockingIOError:
            return
        if not beats:
            self._close_heartbeat()
            return
        self._heard = self._loop.time()
        if self.phase is Phase.STARTING:
            self.phase = Phase.UP
            self._up_at = self._heard
            log.info("%s is up (process %s)", self.spec.name, self.pid)

    def _close_heartbeat(self) -> None:
        if self._heartbeat is not None:
            self._loop.remove_reader(self._heartbeat)
            os.close(self._heartbeat)
            self._heartbeat = None

    def _reap(self) -> None:
        assert self.pid is not None and self._pidfd is not None  # noqa: S101  # called by the pidfd's reader alone
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.signal(signal.SIGKILL)  # what it started; its own id cannot be reused before it is reaped
        _, status = os.waitpid(self.pid, 0)
        up = self._loop.time() - self._up_at if self.phase is Phase.UP else 0.0
        log.log(
            logging.INFO if status in (0, signal.SIGTERM) else logging.WARNING,
            "%s (process %d) %s",
            self.spec.name,
            self.pid,
            describe(status),
        )
        self.how_it_ended = describe(status)
        self.pid = self._pidfd = None
        self.down.set()
        self.phase = Phase.DOWN
        self._close_heartbeat()
        self._ended(self, up)


def describe(status: int) -> str:
    """What a wait status says, for the log."""
    code = os.waitstatus_to_exitcode(status)
    return f"ended with exit code {code}" if code >= 0 else f"was ended by signal: {signal.strsignal(-code) or -code}"
