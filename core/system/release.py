"""Which Eyrie this is: the package's version, and in a checkout the commit as well."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHOWN = 7


@cache
def release() -> str:
    """`0.1.0`, or `0.1.0+4f9a208` where the code lies in a git checkout. Read once, so it is the code that runs."""
    return release_of(ROOT)


def release_of(root: Path) -> str:
    """The same of the code below `root`."""
    commit = _commit(root / ".git")
    return f"{_version(root)}+{commit[:_SHOWN]}" if commit else _version(root)


def _version(root: Path) -> str:
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        if project["name"] == "eyrie":
            return str(project["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        pass  # no checkout: what was installed says it
    try:
        return installed_version("eyrie")
    except PackageNotFoundError:
        return "unknown"


def _commit(git: Path) -> str:
    """The commit that is checked out (gitrepository-layout(5)), empty where that cannot be told."""
    try:
        if git.is_file():  # a worktree: `gitdir: <path>`
            git = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        return _resolved(git, head.removeprefix("ref:").strip()) if head.startswith("ref:") else _checked(head)
    except (OSError, UnicodeDecodeError):
        return ""


def _resolved(git: Path, name: str) -> str:
    common = git / "commondir"
    shared = git / common.read_text("utf-8").strip() if common.is_file() else git
    for place in (git / name, shared / name):
        if place.is_file():
            return _checked(place.read_text("utf-8").strip())
    packed = (shared / "packed-refs").read_text("utf-8").splitlines()
    return next((_checked(line.split()[0]) for line in packed if line.endswith(f" {name}")), "")


def _checked(text: str) -> str:
    return text if _COMMIT.fullmatch(text) else ""
