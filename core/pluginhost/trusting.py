"""Whose code a plugin is, told before anything of it is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.machinery import ModuleSpec
from pathlib import Path

from core.pluginhost.discovery import IN_TREE, Found
from core.pluginhost.verified import VerifiedFinder
from core.trust.keys import KeyTrouble
from core.trust.manifest import PLUGIN, RELEASE
from core.trust.package import Standing, Trusted, Verdict, differences, in_short, look_at, look_at_manifest
from core.trust.store import TrustStore

RELEASE_FOLDER = IN_TREE.parent / "core"
"""Where Eyrie's own manifest lies in a release; its paths are those from the folder above."""


class Policy(StrEnum):
    """EYRIE_PLUGIN_TRUST."""

    OFF = "off"
    WARN = "warn"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True)
class Package:
    """What is signed as a whole: a Python package with all below it. name: as it is imported."""

    name: str
    folder: Path


class Trust:
    """The trusted keys of one data directory, or those given, and what they say about plugins. Reads the keys once."""

    def __init__(self, data: Path, keys: Trusted | None = None) -> None:
        self._store = TrustStore(data)
        self._given = keys

    def judge(self, found: Found) -> tuple[Package | None, Verdict]:
        """The package that a plugin lies in, and whether a trusted key signed it. Imports nothing."""
        try:
            if found.shipped:
                return None, self._of_release(found.name)
            package = package_of(found)
            if package is None:
                return None, Verdict(Standing.UNSIGNED, "lies in no package that could be signed.")
            return package, self._named(found, look_at(package.folder, self._keys, kind=PLUGIN))
        except KeyTrouble as error:
            return None, Verdict(Standing.UNKNOWN_KEY, f"cannot be checked: {error}")

    @cached_property
    def _keys(self) -> Trusted:
        return self._store.by_fingerprint() if self._given is None else self._given

    @cached_property
    def _release(self) -> Verdict:
        return look_at_manifest(RELEASE_FOLDER, self._keys, kind=RELEASE)

    def _of_release(self, name: str) -> Verdict:
        """A plugin of Eyrie's own is as trusted as Eyrie; where a trusted key signed the release, it must be as signed.

        Without that, or by a key that is not known here, there is nothing to hold it against: who could alter it could
        alter what checks it.
        """
        release = self._release
        if release.standing is Standing.ALTERED:
            return Verdict(Standing.ALTERED, f"is part of an Eyrie that {release.sentence}", release.signer)
        if release.manifest is None:
            return Verdict(Standing.BUILT_IN)
        wrong = differences(IN_TREE.parent, release.manifest.files, f"{IN_TREE.name}/{name}")
        if wrong:
            return Verdict(Standing.ALTERED, in_short(wrong), release.signer)
        return Verdict(Standing.BUILT_IN, "", release.signer)

    @staticmethod
    def _named(found: Found, verdict: Verdict) -> Verdict:
        """A package that was signed for other plugins is not signed for this one."""
        if verdict.manifest is None or found.name in verdict.manifest.plugins:
            return verdict
        names = ", ".join(sorted(verdict.manifest.plugins)) or "nothing"
        return Verdict(Standing.ALTERED, f"is signed as {names}, not as {found.name}.", verdict.signer)


def package_of(found: Found) -> Package | None:
    """The package of which nothing can be imported without running its `__init__.py`: the topmost that is no mere
    namespace; for one in `plugins/` its own folder.
    """
    if found.folder is not None:
        return Package(found.module, found.folder)
    name, places = "", None
    for part in found.module.split("."):
        name = f"{name}.{part}" if name else part
        spec = _spec(name, places)
        if spec is None:
            return None
        if spec.has_location and spec.origin and Path(spec.origin).name == "__init__.py":
            return Package(name, Path(spec.origin).resolve().parent)
        places = list(spec.submodule_search_locations or [])
        if not places:
            return None
    return None


def _spec(name: str, places: Sequence[str] | None) -> ModuleSpec | None:
    """As Python itself would find it, without importing what lies above."""
    for finder in sys.meta_path:
        if isinstance(finder, VerifiedFinder):
            continue
        spec = finder.find_spec(name, places)
        if spec is not None:
            return spec
    return None
