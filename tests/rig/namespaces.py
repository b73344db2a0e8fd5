"""Networks of their own: a recorder's and its cameras', joined by a cable, in Linux network namespaces. Needs root.

with two_networks(addresses=50) as networks:
    networks.run_in_cameras([sys.executable, "-m", …])     # a process that only sees the cameras' network
    networks.inside(lambda: asyncio.run(search(…)))        # this process, as the recorder sees the network
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000
_NETWORK = "10.77.0."


def why_not() -> str:
    """Why there can be no namespaces here, in one sentence; empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root; run the tests as root"
    if shutil.which("ip") is None:
        return "the program ip is missing; install iproute2"
    name = f"eyrie-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"network namespaces are not allowed here ({made.stderr.strip()})"
    subprocess.run(["ip", "netns", "del", name], check=False)
    return ""


@dataclass(frozen=True, slots=True)
class Networks:
    """recorder, cameras: names of the namespaces. interface: the recorder's. addresses: those of the cameras' side."""

    recorder: str
    cameras: str
    interface: IPv4Interface
    addresses: tuple[str, ...]

    def inside(self, work: Callable[[], T], seconds: float = 60) -> T:
        """Do something in the recorder's network, in a thread of its own; threads it makes are there too."""
        result: Future[T] = Future()

        def enter_and_work() -> None:
            try:
                _enter(self.recorder)
                result.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
                result.set_exception(error)

        threading.Thread(target=enter_and_work, name="inside", daemon=True).start()
        return result.result(seconds)

    def run_in_cameras(self, argv: list[str], **options: Any) -> subprocess.Popen[str]:
        """Start a process in the cameras' network."""
        return subprocess.Popen(["ip", "netns", "exec", self.cameras, *argv], text=True, **options)


def _enter(name: str) -> None:
    """Put the calling thread, and no other, into a namespace (setns(2); Python has it from 3.12 on)."""
    with Path(f"/run/netns/{name}").open() as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the namespace {name}")


@contextmanager
def two_networks(addresses: int) -> Iterator[Networks]:
    """Both namespaces, the cameras' side with so many addresses; removed at the end, with all that runs in them."""
    tag = f"{os.getpid() % 100_000}"
    recorder, cameras = f"eyrie-rec-{tag}", f"eyrie-cam-{tag}"
    places = tuple(f"{_NETWORK}{number + 10}" for number in range(addresses))
    try:
        for name in (recorder, cameras):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("link", "add", "rec0", "netns", recorder, "type", "veth", "peer", "name", "cam0", "netns", cameras)
        _ip("-n", recorder, "addr", "add", f"{_NETWORK}1/24", "dev", "rec0")
        for place in places:
            _ip("-n", cameras, "addr", "add", f"{place}/24", "dev", "cam0")
        for name, device in ((recorder, "rec0"), (cameras, "cam0")):
            _ip("-n", name, "link", "set", device, "up")
            _ip("-n", name, "route", "add", "224.0.0.0/4", "dev", device)
        yield Networks(recorder, cameras, IPv4Interface(f"{_NETWORK}1/24"), places)
    finally:
        for name in (recorder, cameras):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
