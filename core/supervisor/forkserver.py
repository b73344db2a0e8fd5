"""The fork server: one process that has loaded Django and all plugins, and forks the others from itself.

Loading takes about a second, forking some milliseconds: a killed recorder records again at once, and all processes
share the loaded code's memory. Everything is loaded before the first fork, as loading writes to pages that whoever was
forked before would from then on have to itself. The fork server runs nothing itself and has no thread. The children
become children of the supervisor, not of the fork server (two forks, and the supervisor adopts orphans), so either may
die without the other.

It speaks with the supervisor over a SOCK_SEQPACKET socket, a JSON object a packet:

    {"place": …}                      from here: where this installation lives; the supervisor claims it
    {"prepare": true}                 to here: go on; with true migrate first and see to the first administrator
    {"plan": [ProcessSpec, …]}        from here: what to run; from now on requests are taken
    {"fork": ProcessSpec} + 2-3 fds   to here: log pipe, heartbeat pipe, web socket if it listens
    {"give_up": name, "why": "…"}     to here: this plugin worker ended too often, quarantine it
    {"born": name, "pid": 1}          from the new process, once it is the supervisor's child
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from core.lifeline import die_with_parent, name_process
from core.supervisor.plan import BEAT_FD, LISTEN_FD, ProcessSpec

MAX_PACKET = 128 * 1024


def send(channel: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one packet with file descriptors."""
    socket.send_fds(channel, [json.dumps(message).encode()], list(fds))


def receive(channel: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next packet with its file descriptors; None when the other side is gone."""
    data, fds, _, _ = socket.recv_fds(channel, MAX_PACKET, 8)
    return (json.loads(data) if data else None), list(fds)


def serve(channel: socket.socket, supervisor: int, give_up: Callable[[str, str], None]) -> ProcessSpec | None:
    """Fork on request until the supervisor is gone: then None. In each new process: what it is to run.

    supervisor: its process id. give_up: called with name and reason of a worker to quarantine.
    """
    while True:
        message, fds = receive(channel)
        if message is None:
            return None
        if "give_up" in message:
            give_up(message["give_up"], message["why"])
            continue
        spec = ProcessSpec.of(message["fork"])
        if _fork():
            _begin(channel, spec, fds, supervisor)
            return spec
        for fd in fds:
            os.close(fd)


def _fork() -> bool:
    """Fork twice; True in the grandchild, False here."""
    if threading.active_count() > 1:
        raise RuntimeError(f"a thread runs in the fork server, which must have none: {threading.enumerate()}")
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # the collector never touches, and so never copies, the pages shared with the children
    between = os.fork()
    if between == 0:
        if os.fork() > 0:
            os._exit(0)
        return True
    os.waitpid(between, 0)
    return False


def _begin(channel: socket.socket, spec: ProcessSpec, fds: list[int], supervisor: int) -> None:
    """Turn the grandchild into a process of its own and announce it."""
    gc.enable()  # manage.py has it off while the fork server loads
    _await_adoption(supervisor)
    die_with_parent(supervisor)
    os.setsid()
    name_process(spec.name)
    log, *others = fds
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for fd, number in zip(others, (BEAT_FD, LISTEN_FD), strict=False):
        os.dup2(fd, number, inheritable=False)
    for fd in fds:
        os.close(fd)
    random.seed()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    send(channel, {"born": spec.name, "pid": os.getpid()})
    channel.close()


def _await_adoption(supervisor: int) -> None:
    for _ in range(1000):
        if os.getppid() == supervisor:
            return
        time.sleep(0.001)
    os._exit(1)
