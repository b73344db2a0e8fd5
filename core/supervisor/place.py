"""What a running Eyrie holds for itself: its data directory and its port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

ATTEMPTS = 40  # for the processes of a predecessor, killed just now, to let go
ATTEMPT_SECONDS = 0.05


class Occupied(Exception):
    """Eyrie cannot start here; the message says what, why and what to do in one sentence."""


def claim_data(data: Path) -> int:
    """Lock the data directory for as long as this process lives; returns the lock file's descriptor."""
    path = data / "run" / "serve.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Occupied(
            f"EYRIE_DATA: {data} cannot be used ({error.strerror}); choose a directory this user may write."
        ) from error
    if not _lock(handle):
        owner = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
        os.close(handle)
        raise Occupied(
            f"EYRIE_DATA: another Eyrie (process {owner}) runs on {data}; stop it or choose another directory."
        )
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _lock(handle: int) -> bool:
    for _ in range(ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(ATTEMPT_SECONDS)
        else:
            return True
    return False


def claim_port(host: str, port: int) -> socket.socket:
    """Listen on the web server's address. Held by the supervisor, so that no visitor is refused while web restarts."""
    for attempt in range(ATTEMPTS + 1):
        try:
            return _listen(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or attempt == ATTEMPTS:
                raise Occupied(_sentence(host, port, error)) from error
            time.sleep(ATTEMPT_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(1024)
    except OSError:
        found.close()
        raise
    return found


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"EYRIE_PORT: port {port} on {host} is in use; stop the program that uses it or choose another port."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"EYRIE_PORT: this user may not listen on port {port}; choose one above 1023."
    return f"EYRIE_HOST: cannot listen on {host} ({error.strerror}); choose an address of this machine."
