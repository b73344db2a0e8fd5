"""A backup target that is a folder of this machine, and goes wrong when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.hookspecs.backup import BackupError, BackupTarget, BackupTargetSpec, BackupTrouble, FarEntry
from core.hookspecs.marks import hookimpl


class FolderSettings(BaseModel):
    """Where it is."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(title="Folder", description="Of this machine.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of no use; to see that it stays secret.")


@dataclass
class Faults:
    """What goes wrong. trouble: of every call; cut_after: bytes after which the connection is lost, once; after: called
    after each piece; breaks: raised by every append, as a plugin with a mistake would. appends: (path, offset) of each.
    """

    trouble: BackupTrouble | None = None
    cut_after: int | None = None
    after: Callable[[], None] = lambda: None
    breaks: Exception | None = None
    corrupts: bool = False
    refuses: str = ""
    appends: list[tuple[str, int]] = field(default_factory=list)


class FolderTarget:
    """One connection."""

    def __init__(self, root: Path, faults: Faults) -> None:
        self._root, self._faults = root, faults

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        file = self._found(path)
        self._faults.appends.append((path, offset))
        if self._faults.breaks:
            raise self._faults.breaks
        if self._faults.refuses and self._faults.refuses in path:
            raise BackupError(BackupTrouble.FILE, f"The folder refuses {path}; ask why.")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("r+b" if offset else "wb") as out:
            out.seek(offset)
            for piece in data:
                out.write(b"\0" * len(piece) if self._faults.corrupts else piece)
                out.flush()
                self._faults.after()
                if self._faults.cut_after is not None and out.tell() >= self._faults.cut_after:
                    self._faults.cut_after = None
                    raise BackupError(BackupTrouble.AWAY, "The line was cut.")

    def size(self, path: str) -> int | None:
        file = self._found(path)
        return file.stat().st_size if file.is_file() else None

    def digest(self, path: str) -> str | None:
        self._found(path)
        return None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        with self._found(path).open("rb") as file:
            file.seek(offset)
            yield file.read(length)

    def rename(self, path: str, to: str) -> None:
        self._found(path).rename(self._found(to))

    def delete(self, path: str) -> None:
        self._found(path).unlink(missing_ok=True)

    def entries(self, folder: str) -> list[FarEntry]:
        place = self._found(folder)
        found = sorted(place.iterdir()) if place.is_dir() else []
        return [FarEntry(one.name, one.is_dir(), None if one.is_dir() else one.stat().st_size) for one in found]

    def close(self) -> None:
        pass

    def _found(self, path: str) -> Path:
        if self._faults.trouble is not None:
            raise BackupError(self._faults.trouble, "The folder is away; bring it back.")
        return self._root / path


def hooks_of(faults: Faults, *, resumes: bool = True) -> SimpleNamespace:
    """Hooks of a plugin that offers the folder."""

    def opened(settings: FolderSettings) -> BackupTarget:
        return FolderTarget(Path(settings.path), faults)

    @hookimpl
    def register_backup_targets() -> list[BackupTargetSpec]:
        return [BackupTargetSpec("folder", "A folder", FolderSettings, opened, resumes=resumes)]

    return SimpleNamespace(__name__="folder_hooks", register_backup_targets=register_backup_targets)


def files(root: Path) -> dict[str, bytes]:
    """What lies there, by path."""
    return {str(one.relative_to(root)): one.read_bytes() for one in sorted(root.rglob("*")) if one.is_file()}
