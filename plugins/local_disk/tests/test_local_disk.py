"""The local-disk backend: the contract of all backends, and what only a disk does."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.api import StorageError
from core.testing.storage import KEY, StorageBackendContract
from plugins.local_disk.hooks import register_storage_backends
from plugins.local_disk.settings import LocalDiskSettings
from plugins.local_disk.storage import LocalDisk

(SPEC,) = register_storage_backends()


class TestContract(StorageBackendContract):
    spec = SPEC

    def make_settings(self, root: Path) -> LocalDiskSettings:
        return LocalDiskSettings(path=root)


@pytest.fixture
def disk(storage_root: Path) -> LocalDisk:
    disk = LocalDisk(storage_root)
    disk.volume_id()
    return disk


def test_relative_path_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be an absolute path"):
        LocalDiskSettings(path=Path("recordings"))


def test_missing_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist; create the directory or mount its disk"):
        LocalDisk(tmp_path / "absent").volume_id()


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(StorageError, match="is not a directory"):
        LocalDisk(path).volume_id()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_read_only_directory_says_who_must_write(
    disk: LocalDisk, storage_root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(path: os.PathLike[str], *rest: object) -> int:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr("plugins.local_disk.storage.os.open", refuse)
    with pytest.raises(StorageError, match="let the user Eyrie runs as write there"):
        disk.create(KEY)


def test_a_full_disk_keeps_what_was_whole(disk: LocalDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = disk.create(KEY)
    writer.append(b"whole fragment")
    real, calls = os.write, []

    def fill(handle: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) == 1:
            return real(handle, data[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("plugins.local_disk.storage.os.write", fill)
    with pytest.raises(StorageError, match="is full") as caught:
        writer.append(b"does not fit")
    assert caught.value.full
    assert calls == [12, 7]
    writer.commit()
    assert disk.read(KEY, 0, 100) == b"whole fragment"


def test_a_short_write_is_continued(disk: LocalDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr("plugins.local_disk.storage.os.write", lambda handle, data: real(handle, data[:3]))
    writer = disk.create(KEY)
    writer.append(b"0123456789")
    assert disk.read(KEY, 0, 100) == b"0123456789"
    writer.abort()


def test_another_directory_in_its_place_is_not_written_to(disk: LocalDisk, storage_root: Path) -> None:
    shutil.move(storage_root, storage_root.with_name("unmounted"))
    storage_root.mkdir()
    with pytest.raises(StorageError, match="mount its disk again"):
        disk.create(KEY)
    assert list(storage_root.iterdir()) == []


def test_deletion_takes_empty_directories_along(disk: LocalDisk, storage_root: Path) -> None:
    for key in (KEY, "1/2026-01-01/01/main-1767229200000.mp4"):
        writer = disk.create(key)
        writer.append(b"x")
        writer.commit()
    disk.delete(KEY)
    assert not (storage_root / "1/2026-01-01/00").exists()
    assert (storage_root / "1/2026-01-01/01").exists()


@pytest.mark.parametrize("key", ["../x.mp4", "/x.mp4", "", "a~b.mp4", "open/x.mp4"])
def test_keys_that_lead_elsewhere_are_refused(disk: LocalDisk, key: str) -> None:
    with pytest.raises(StorageError, match="is no object key"):
        disk.create(key)


def test_commit_and_deletion_of_the_same_directory_do_not_meet(disk: LocalDisk, storage_root: Path) -> None:
    """A deletion may take the directory away between its making and the rename."""
    writer = disk.create(KEY)
    writer.append(b"x")
    real_rename, taken = Path.rename, []

    def rename(path: Path, target: Path) -> Path:
        if not taken:
            taken.append(target.parent)
            target.parent.rmdir()
        return real_rename(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        writer.commit()
    assert taken
    assert list(disk.keys()) == [KEY]
