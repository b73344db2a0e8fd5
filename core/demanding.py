"""Has the supervisor run the processes that are needed now, and no others (core.supervisor.demand)."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from pathlib import Path


class Demand:
    """What one process needs. Without a supervisor nobody is asked; one that was away is asked again.

    Never waits, so it may be used on an event loop: a local socket takes a short line at once or not at all.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / "run" / "demand.sock"
        self._asked: frozenset[str] = frozenset()
        self._socket: socket.socket | None = None

    def need(self, names: Iterable[str]) -> None:
        """These processes are needed from now on. To be called often: it does something only at a change."""
        needed = frozenset(names)
        if self._socket is not None and not self._stands(self._socket):
            self.close()
        try:
            if self._socket is None:
                self._socket = self._connected()
            if needed != self._asked:
                self._socket.sendall(json.dumps(sorted(needed)).encode() + b"\n")
                self._asked = needed
        except OSError:
            self.close()

    def close(self) -> None:
        """Nothing is needed any more."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._asked = None, frozenset()

    def _connected(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.setblocking(False)
        try:
            made.connect(str(self._path))
        except OSError:
            made.close()
            raise
        return made

    @staticmethod
    def _stands(connection: socket.socket) -> bool:
        """Nothing is ever answered, so whatever can be read is the end."""
        try:
            connection.recv(1)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False
