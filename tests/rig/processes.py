"""Runs Eyrie's commands on a data directory of their own, and finds the processes of a running system."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import psutil

ROOT = Path(__file__).resolve().parents[2]
MANAGE = ROOT / "manage.py"
Found = TypeVar("Found")


class CommandFailed(Exception):
    """A management command ended with an error; the message holds what it printed."""


def environment(data: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of an Eyrie process on its own data directory, free of the caller's EYRIE_* variables.

    Compiled modules may be kept, as on any user's machine: without them every start compiles Django anew.
    """
    dropped = ("EYRIE_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not any(part in name for part in dropped)}
    return kept | {"EYRIE_DATA": str(data), "PYTHONPATH": str(ROOT)} | dict(extra or {})


def manage(data: Path, *arguments: str, extra: Mapping[str, str] | None = None, timeout: float = 60) -> str:
    """Run one command to its end and return its output. Raises CommandFailed."""
    done = subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        env=environment(data, extra),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(f"{' '.join(arguments)[:200]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def migrate(data: Path) -> None:
    """Make both databases of a data directory."""
    for alias in ("default", "index"):
        manage(data, "migrate", "--database", alias, "--verbosity", "0")


def enrol(data: Path, cameras: Mapping[str, str]) -> None:
    """Add RTSP cameras, name to address, past the web: recorders find them in the database."""
    lines = [
        "from core.cameras.services import add_camera",
        *(f"add_camera({name!r}, 'rtsp', {{'url': {url!r}}}, actor='rig')" for name, url in cameras.items()),
    ]
    manage(data, "shell", "--no-imports", "-c", "\n".join(lines), extra={"EYRIE_PLUGINS": "local_disk,rtsp"})


def start(
    data: Path, *arguments: str, extra: Mapping[str, str] | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start one command in the background; its output is appended to `log`."""
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, str(MANAGE), *arguments],
            env=environment(data, extra),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def end(process: subprocess.Popen[bytes], timeout: float = 10) -> float:
    """SIGTERM, then wait; SIGKILL at the deadline and raise TimeoutError. Returns the seconds it took."""
    began = time.monotonic()
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise TimeoutError(f"process {process.pid} did not end within {timeout} s of SIGTERM") from None
    return time.monotonic() - began


def alive(process: psutil.Process) -> bool:
    """Whether it still runs. One that has ended may wait for a slow init to take note of it, which is no life."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def children(pid: int) -> list[psutil.Process]:
    """The living descendants of a process."""
    try:
        return [child for child in psutil.Process(pid).children(recursive=True) if alive(child)]
    except psutil.NoSuchProcess:
        return []


def named(pid: int, name: str) -> list[psutil.Process]:
    """The living descendants of a supervisor with this process name, such as "recorder-0", "web", "worker"."""
    return [child for child in children(pid) if _name(child) == name]


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


def eventually(question: Callable[[], Found | None], timeout: float, what: str, every: float = 0.05) -> Found:
    """Ask until the answer is truthy; raises TimeoutError naming what was waited for."""
    until = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {timeout} s (last answer: {answer!r})")
        time.sleep(every)
