"""The supervisor's side of the fork server: starts it, speaks with it, notices its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from core.supervisor.forkserver import receive, send
from core.supervisor.logwriter import LogPipe, LogWriter
from core.supervisor.ward import describe

Message = dict[str, Any]
log = logging.getLogger("eyrie.supervisor")


class ForkClient:
    """One fork server, from `start` until `ended` is called with its exit code.

    said: called with each of its messages. ended: called once, after everything it said was handled.
    """

    def __init__(
        self, options: Sequence[str], writer: LogWriter, said: Callable[[Message], None], ended: Callable[[int], None]
    ) -> None:
        self._options = options
        self.errors = LogPipe("forkserver", writer)
        self.errors.verbatim = True  # until it is ready: what is wrong with a setting is told as it stands
        self._said = said
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self.down = asyncio.Event()  # it ended

    @property
    def pid(self) -> int | None:
        """Its process id once started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process; standard output is this one's own, so that the first password is printed plainly."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.setblocking(False)
        errors = self.errors.open()
        # Without columns, tracebacks lack their carets; what they take, all processes would have to carry.
        python = [sys.executable, "-X", "no_debug_ranges"]
        command = [*python, sys.argv[0], "forkserver", *self._options, "--channel", str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and command
            command, stdin=subprocess.DEVNULL, stderr=errors, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        os.close(errors)
        self._pidfd = os.pidfd_open(self._process.pid)
        self._loop.add_reader(self._channel, self._read)
        self._loop.add_reader(self._pidfd, self._reap)

    def tell(self, message: Message, fds: Sequence[int] = ()) -> None:
        """Send a message. Raises OSError when the fork server is gone."""
        if self._channel is None:
            raise BrokenPipeError("the fork server is gone")
        send(self._channel, message, fds)

    async def stop(self) -> None:
        """End it and return when it is gone. It holds nothing that would be lost."""
        if self._process is not None:
            self._close_channel()
            self._process.send_signal(signal.SIGKILL)
            await self.down.wait()

    def _read(self) -> None:
        while self._channel is not None:
            try:
                message, _ = receive(self._channel)
            except BlockingIOError:
                return
            except ConnectionResetError:
                message = None
            if message is None:
                self._close_channel()
                return
            self._said(message)

    def _close_channel(self) -> None:
        if self._channel is not None:
            self._loop.remove_reader(self._channel)
            self._channel.close()
            self._channel = None

    def _reap(self) -> None:
        assert self._process is not None  # noqa: S101  # called by the pidfd's reader alone
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._read()  # what it said last, births above all
        self._close_channel()
        code = self._process.wait()
        log.debug("the fork server %s", describe(code << 8 if code >= 0 else -code))
        self.down.set()
        self._ended(code)
