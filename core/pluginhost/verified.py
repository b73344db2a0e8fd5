"""Importing signed packages: each source runs only as it was signed, whatever became of the file since it was checked.

Byte code beside the sources is neither read nor written for them: a planted `.pyc` that claims to belong to a source
would run in its place. It costs compiling the package at each start, some milliseconds a thousand lines.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from core.trust.manifest import Manifest

if TYPE_CHECKING:
    from core.pluginhost.trusting import Package


class AlteredCode(ImportError):
    """A file of a signed package is not what was signed."""


class VerifiedFinder(MetaPathFinder):
    """Finds the modules of signed packages, and of nothing else."""

    def __init__(self) -> None:
        self.packages: dict[str, tuple[Path, Manifest]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of a signed package, to be read as signed. Raises AlteredCode for one that was not signed."""
        found = self._package(fullname)
        if found is None:
            return None
        folder, manifest = found
        spec = PathFinder.find_spec(fullname, [str(folder.parent)] if path is None else path, target)
        if spec is None or not spec.has_location or spec.origin is None:
            return None  # what is not there; a folder of data that could be imported as a namespace
        origin = Path(spec.origin).resolve()
        signed = manifest.files.get(_relative(origin, folder))
        if signed is None or not isinstance(spec.loader, SourceFileLoader | ExtensionFileLoader):
            raise AlteredCode(
                f"{fullname} comes from {spec.origin}, which is not among the signed files", name=fullname
            )
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = VerifiedLoader(fullname, str(origin), signed.sha256)
            spec.cached = None
        return spec

    def _package(self, fullname: str) -> tuple[Path, Manifest] | None:
        """The package a module is part of, asked from the module upwards: packages are few, but imports are many."""
        name = fullname
        while name:
            if name in self.packages:
                return self.packages[name]
            name = name.rpartition(".")[0]
        return None


class VerifiedLoader(SourceFileLoader):
    """Reads a source once, and compiles exactly what it has compared."""

    def __init__(self, fullname: str, path: str, sha256: str) -> None:
        super().__init__(fullname, path)
        self._sha256 = sha256

    def get_code(self, fullname: str) -> CodeType:
        """The module's code, of its source alone. Raises AlteredCode."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        if hashlib.sha256(source).hexdigest() != self._sha256:
            raise AlteredCode(f"{path} was altered after it was signed", name=fullname, path=path)
        return self.source_to_code(source, path)


def load_verified(package: Package, manifest: Manifest) -> None:
    """Have a package imported as it was signed, from now on in this process."""
    finder = next((one for one in sys.meta_path if isinstance(one, VerifiedFinder)), None)
    if finder is None:
        finder = VerifiedFinder()
        sys.meta_path.insert(0, finder)
    finder.packages[package.name] = (package.folder, manifest)


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else ""
