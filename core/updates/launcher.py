"""Starts the current version of Eyrie, and takes a staged one up or back. Python's standard library only.

    python3 <prefix>/launcher.py [options of serve]

    <prefix>/versions/<version>/bin/eyrie    each version whole, with all it needs
    <prefix>/current                         a link to the one that runs
    <prefix>/update.json                     how far an update is; each step is written down before it begins

    staged ─▶ copying ─▶ trying ─▶ done
                │           └───▶ taking back ─▶ taken back
                └─ failed

Whatever is killed at whatever moment: the next start reads update.json and goes on. What was only tried is taken back,
as nobody saw it come up well. Of a version it uses `serve`, `ready` and `database copy|back <folder>`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATIENCE = 300.0  # seconds for a new version to be well, unless update.json has another `patience`
STEADY = 5.0  # seconds it must stay well; likewise `steady`
STOP_SECONDS = 20.0
COPY_SECONDS = 3600.0
LOOK_SECONDS = 0.5
KEPT_VERSIONS = 2
BEFORE = "before-update"
"""Folder below the data directory with the databases as they were."""
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Journal:
    """`update.json`: `state`, `from`, `to`, and `why` it was taken back or failed."""

    def __init__(self, prefix: Path) -> None:
        self._path = prefix / "update.json"

    def read(self) -> dict[str, Any]:
        """Empty where there never was an update, or where the file is damaged: then what runs goes on."""
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, **changes: Any) -> None:
        """Change it, durably: whole or not at all."""
        values = {**self.read(), **changes}
        draft = self._path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump(values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        sync(self._path.parent)


def sync(folder: Path) -> None:
    """Make what happened to names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point(prefix: Path, version: str) -> None:
    """Have `current` name a version, at once."""
    draft = prefix / "current.new"
    draft.unlink(missing_ok=True)
    draft.symlink_to(Path("versions") / version)
    draft.replace(prefix / "current")
    sync(prefix)


class Launcher:
    """One installation, from `run` to its end. options: given to `serve`."""

    def __init__(self, prefix: Path, options: list[str]) -> None:
        self._prefix = prefix
        self._options = options
        self._journal = Journal(prefix)
        self._data = Path(os.environ.get("EYRIE_DATA", "data"))
        self._child: subprocess.Popen[bytes] | None = None
        self._ending = False
        self._look = True  # at the journal

    def run(self) -> int:
        """Serve until told to stop or until the version that runs ends; returns its exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)
        signal.signal(signal.SIGUSR1, self._nudged)
        while not self._ending:
            if self._look:
                self._look = False
                self._go_on()
            elif self._child is None:
                self._start(self._current())
            elif self._child.poll() is not None:
                return self._child.returncode
            else:
                time.sleep(LOOK_SECONDS)
        return self._stop()

    def _end(self, number: int, frame: object) -> None:
        self._ending = True

    def _nudged(self, number: int, frame: object) -> None:
        self._look = True

    # Steps

    def _go_on(self) -> None:
        """Do what the journal says is to be done."""
        state = self._journal.read().get("state")
        if state in ("staged", "copying"):
            self._take_up()
        elif state == "trying":
            self._take_back("it was interrupted while it was tried")
        elif state == "taking back":
            self._take_back(str(self._journal.read().get("why", "")))

    def _take_up(self) -> None:
        told = self._journal.read()
        if not self._eyrie(str(told.get("to"))).exists():
            self._journal.write(state="failed", why=f"version {told.get('to')} is not there any more")
            return
        self._journal.write(state="copying", **{"from": self._current()})
        self._stop()
        before = self._data / BEFORE
        shutil.rmtree(before, ignore_errors=True)
        if self._ending:
            return
        with self._alone():
            why = self._ask(self._current(), "database", "copy", str(before), seconds=COPY_SECONDS)
        if why:
            self._journal.write(state="failed", why=f"the databases could not be copied first: {why}")
        elif not self._ending:
            self._try()

    def _try(self) -> None:
        version = str(self._journal.read()["to"])
        say(f"version {version} is tried")
        self._journal.write(state="trying")
        point(self._prefix, version)
        self._start(version)
        why = self._wait(version)
        if why is None:
            return  # stopped meanwhile: tried again or taken back at the next start
        if why:
            self._take_back(why)
        else:
            self._keep(version)

    def _wait(self, version: str) -> str | None:
        """Wait until it has been well for a while: "", or why not. None when Eyrie is to stop."""
        told = self._journal.read()
        patience = float(told.get("patience", PATIENCE))
        deadline, well_since, said = time.monotonic() + patience, None, ""
        while not self._ending:
            code = self._code()
            if code is not None:
                return f"it ended with exit code {code}"
            said = self._ask(version, "ready", seconds=30.0)
            now = time.monotonic()
            well_since = None if said else (well_since or now)
            if well_since is not None and now - well_since >= float(told.get("steady", STEADY)):
                return ""
            if now > deadline:
                return f"it was not well within {patience:.0f} s: {said or 'it did not stay well'}"
            time.sleep(LOOK_SECONDS)
        return None

    def _keep(self, version: str) -> None:
        self._journal.write(state="done", why="")
        say(f"version {version} is up and stays")
        with contextlib.suppress(OSError):
            self._renew_launcher(version)
            self._forget_old(version)

    def _take_back(self, why: str) -> None:
        told = self._journal.read()
        old = str(told["from"])
        say(f"version {told.get('to')} is taken back: {why}")
        self._journal.write(state="taking back", why=why)
        self._stop()
        with self._alone():
            wrong = self._ask(old, "database", "back", str(self._data / BEFORE), seconds=COPY_SECONDS)
        if wrong:  # better the old version on what there is than none
            why = f"{why}; the databases could not be put back: {wrong}; their copies are in {self._data / BEFORE}"
        point(self._prefix, old)
        self._journal.write(state="taken back", why=why)

    def _renew_launcher(self, version: str) -> None:
        """The new version's own launcher, from the next start on."""
        for found in (self._prefix / "versions" / version).glob("lib/python3*/site-packages/core/updates/launcher.py"):
            draft = self._prefix / "launcher.new"
            shutil.copyfile(found, draft)
            draft.replace(self._prefix / "launcher.py")

    def _forget_old(self, version: str) -> None:
        keep = {version, str(self._journal.read().get("from"))}
        versions = [one for one in (self._prefix / "versions").iterdir() if one.name not in keep]
        versions.sort(key=lambda one: one.stat().st_mtime)
        for one in versions[: max(len(versions) + len(keep) - KEPT_VERSIONS, 0)]:
            shutil.rmtree(one, ignore_errors=True)

    # Processes

    def _current(self) -> str:
        return (self._prefix / "current").readlink().name

    def _eyrie(self, version: str) -> Path:
        return self._prefix / "versions" / version / "bin" / "eyrie"

    def _start(self, version: str) -> None:
        command = [str(self._eyrie(version)), "serve", *self._options]
        try:
            self._child = subprocess.Popen(command, preexec_fn=_die_with_parent)  # noqa: S603  # no threads here
        except OSError as error:
            say(f"{command[0]} cannot be started ({error.strerror})")
            self._child = subprocess.Popen(["/bin/false"])  # ends like a version that ends at once

    def _code(self) -> int | None:
        return self._child.poll() if self._child else None

    def _stop(self) -> int:
        """End what runs; its exit code, 0 when nothing runs."""
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.terminate()
        try:
            code = self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._child = None
        return code

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """While no Eyrie runs on the data directory: what a killed launcher left behind may still be ending."""
        path = self._data / "run" / "serve.lock"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a") as lock:
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(LOOK_SECONDS)
            yield

    def _ask(self, version: str, *arguments: str, seconds: float) -> str:
        """Run a command of a version; what is wrong, in one line, empty when it ended with 0."""
        command = [str(self._eyrie(version)), *arguments]
        try:
            done = subprocess.run(  # noqa: S603  # a version that was verified before it was installed
                command, capture_output=True, timeout=seconds, check=False, preexec_fn=_die_with_parent
            )
        except subprocess.TimeoutExpired:
            return f"{arguments[0]} took more than {seconds:.0f} s"
        except OSError as error:
            return f"{command[0]}: {error.strerror}"
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return "" if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")[:500]


def say(sentence: str) -> None:
    """One line for the service's log."""
    sys.stderr.write(f"eyrie launcher: {sentence}\n")
    sys.stderr.flush()


def main() -> int:
    """Serve the prefix this file lies in. 1: another launcher runs there, or no version is installed."""
    prefix = Path(__file__).resolve().parent
    lock = (prefix / "launcher.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another one runs for {prefix} already")
        return 1
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    if not (prefix / "current").is_symlink():
        say(f"{prefix} holds no version; install one: eyrie update <archive> --prefix {prefix}")
        return 1
    return Launcher(prefix, sys.argv[1:]).run()


if __name__ == "__main__":
    sys.exit(main())
