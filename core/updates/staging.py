"""Putting a version beside the one that runs, whole and checked, before anything of what runs is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from core.trust.manifest import Manifest
from core.trust.package import Trusted
from core.updates.archive import REQUIREMENTS, WHEELS, UpdateError, read_manifest, unpack
from core.updates.launcher import Journal, point, sync

INSTALL_SECONDS = 1800.0
ENDED = ("done", "taken back", "failed")
Say = Callable[[str], object]


class Prefix:
    """A folder that Eyrie is installed in (core.updates.launcher says what lies there)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder)

    @property
    def current(self) -> str:
        """The version that runs, or would; empty in a new prefix."""
        try:
            return (self.folder / "current").readlink().name
        except OSError:
            return ""

    @property
    def launcher(self) -> int | None:
        """The launcher's process, None when none runs."""
        try:
            pid = int((self.folder / "launcher.lock").read_text("ascii"))
            return pid if b"launcher.py" in Path(f"/proc/{pid}/cmdline").read_bytes() else None
        except (OSError, ValueError):
            return None


def own_prefix() -> Prefix | None:
    """The one this process was installed in; None for a checkout."""
    venv = Path(sys.prefix)
    folder = venv.parent.parent
    return Prefix(folder) if venv.parent.name == "versions" and (folder / "launcher.py").exists() else None


def check(archive: Path, prefix: Prefix, trusted: Trusted, *, older: bool = False) -> Manifest:
    """Whether an update may be taken up here. older: also one that goes back. Raises UpdateError."""
    manifest = read_manifest(archive, trusted)
    try:
        new, now = Version(manifest.version), Version(prefix.current or "0")
    except InvalidVersion as error:
        raise UpdateError(f"{archive} names the version {manifest.version!r}, which is none.") from error
    if new == now:
        raise UpdateError(f"Version {new} runs already.")
    if new < now and not older:
        raise UpdateError(f"Version {new} is older than {now}; --older takes it all the same.")
    if prefix.journal.read().get("state") in ("staged", "copying", "trying", "taking back"):
        raise UpdateError("Another update is under way; see `update --status`.")
    return manifest


def install(archive: Path, manifest: Manifest, prefix: Prefix, *, index: bool = False) -> None:
    """Make the version's folder below `versions/`, whole or not at all. Raises UpdateError.

    index: take wheels that the update does not hold from pip's index; their hashes are in its requirements.
    """
    versions = prefix.folder / "versions"
    place, unpacked = versions / manifest.version, prefix.folder / "unpacked"
    try:
        versions.mkdir(parents=True, exist_ok=True)
        for left in (unpacked, place):
            shutil.rmtree(left, ignore_errors=True)
        unpacked.mkdir()
        unpack(archive, manifest, unpacked)
        _run([sys.executable, "-m", "venv", "--without-pip", str(place)], "make the folder of the version")
        for arguments in _pip_arguments(unpacked, index=index):
            _run([sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), *arguments], "install it")
        _insist_on(place, manifest.version)
        sync(versions)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise UpdateError(f"{error.filename}: {error.strerror}. Nothing was changed.") from error
    except UpdateError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def begin(prefix: Prefix, version: str, **more: Any) -> bool:
    """Have the launcher take a version up, or, where none ever ran, just name it. Whether a launcher is told."""
    if not prefix.current:
        shutil.copyfile(Path(__file__).with_name("launcher.py"), prefix.folder / "launcher.py")
        point(prefix.folder, version)
        return False
    prefix.journal.write(state="staged", to=version, why="", **more)
    pid = prefix.launcher
    if pid is not None:
        os.kill(pid, signal.SIGUSR1)
    return pid is not None


def wait(prefix: Prefix, say: Say, seconds: float) -> dict[str, Any]:
    """Follow the launcher until the update has ended; what the journal says then. Raises UpdateError if it has not."""
    deadline, said = time.monotonic() + seconds, ""
    while time.monotonic() < deadline:
        told = prefix.journal.read()
        state = str(told.get("state", ""))
        if state in ENDED:
            return told
        if state != said:
            say(f"{state} …")
            said = state
        time.sleep(0.5)
    raise UpdateError("The launcher has not ended the update yet; see `update --status`.")


def _pip_arguments(unpacked: Path, *, index: bool) -> list[list[str]]:
    """What pip is called with: what is needed, then Eyrie itself. Signed wheels need no other hash."""
    common = ["install", "--disable-pip-version-check", "--no-input", "--quiet", "--find-links", str(unpacked / WHEELS)]
    needs = unpacked / REQUIREMENTS
    offline = [] if index else ["--no-index"]
    wheels = [str(one) for one in sorted((unpacked / WHEELS).glob("eyrie-*.whl"))]
    if len(wheels) != 1:
        raise UpdateError(f"The update holds {len(wheels)} wheels of Eyrie instead of one. Nothing was changed.")
    found = [[*common, "--no-index", "--no-deps", *wheels]]
    if needs.exists() and needs.read_text("utf-8").strip():
        found.insert(0, [*common, *offline, "--require-hashes", "-r", str(needs)])
    return found


def _insist_on(place: Path, version: str) -> None:
    ask = "import importlib.metadata as m; print(m.version('eyrie'))"
    found = _run([str(place / "bin" / "python"), "-I", "-c", ask], "ask the version which it is").strip()
    if found != version:
        raise UpdateError(f"The update is signed as {version} but holds {found}. Nothing was changed.")
    if not (place / "bin" / "eyrie").exists():
        raise UpdateError("The update holds no command `eyrie`. Nothing was changed.")


def _run(command: list[str], what: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, and one made by it
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UpdateError(f"It took too long to {what}. Nothing was changed.") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise UpdateError(f"Could not {what}: {lines[-1] if lines else done.returncode}. Nothing was changed.")
    return done.stdout
