"""Volumes that are directories: an id file, `open/` for what is being written, finished objects at their keys.

An object under construction lies flat in `open/` and is renamed to its key at commit. So what a crash left is found by
listing one small directory, however much is recorded, and a name below the keys always means a whole object.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from core.api import ObjectWriter, StorageError, VolumeSpace
from plugins.local_disk.settings import LocalDiskSettings

ID_FILE = "eyrie-volume"
OPEN = "open"
FLAT = "~"  # stands for "/" in names below open/; keys must not contain it
FULL = (errno.ENOSPC, errno.EDQUOT)


def sync_directory(path: Path) -> None:
    """Make names created in or removed from a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class LocalDisk:
    """The Storage of one directory. Touches the disk only when used; safe to use from several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: tuple[int, int] | None = None  # device and inode of the root when its id was read

    @classmethod
    def open(cls, settings: LocalDiskSettings) -> LocalDisk:
        """The volume of these settings; nothing is read yet."""
        return cls(settings.path)

    def volume_id(self) -> str:
        """The id in the id file; a volume that has none yet gets one."""
        with self.sentences("use"):
            found = self._root.stat()
            identity = self._read_id() or self._make_id()
            self._make_directory(self._root / OPEN)
            self._seen = (found.st_dev, found.st_ino)
        return identity

    def space(self) -> VolumeSpace:
        """Bytes of the file system; free is what an ordinary user may still write."""
        with self.sentences("look at"):
            found = os.statvfs(self._root)
        return VolumeSpace(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)

    def create(self, key: str) -> ObjectWriter:
        """Begin an object in `open/`."""
        self._check_root()
        final, path = self._final(key), self._unfinished(key)
        if final.exists():
            raise StorageError(f"{final} exists already; it is not overwritten.")
        with self.sentences("write to"):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        return DiskObject(self, handle, path, final, 0)

    def resume(self, key: str, length: int) -> ObjectWriter:
        """Take up an object in `open/`, or else a finished one, cut to `length` bytes."""
        self._check_root()
        path, final = self._unfinished(key), self._final(key)
        if not path.exists():
            path = final  # which its commit renames to itself
        with self.sentences("write to"):
            handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                size = os.fstat(handle).st_size
                if size < length:
                    raise StorageError(f"{path} has {size} bytes, less than the {length} to resume at.")
                os.ftruncate(handle, length)
                os.lseek(handle, length, os.SEEK_SET)
            except BaseException:
                os.close(handle)
                raise
        return DiskObject(self, handle, path, final, length)

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes of an object, wherever it is in its life."""
        with self.sentences("read from"):
            handle = self._open_for_reading(key)
            try:
                parts = []
                while length > 0 and (part := os.pread(handle, length, offset)):
                    parts.append(part)
                    offset, length = offset + len(part), length - len(part)
                return parts[0] if len(parts) == 1 else b"".join(parts)
            finally:
                os.close(handle)

    def size(self, key: str) -> int:
        """Bytes of an object, finished or not."""
        with self.sentences("look at"):
            handle = self._open_for_reading(key)
            try:
                return os.fstat(handle).st_size
            finally:
                os.close(handle)

    def delete(self, key: str) -> None:
        """Unlink an object and the directories it leaves empty; an absent one is no error."""
        self._check_root()
        with self.sentences("delete from"):
            for path in (self._final(key), self._unfinished(key)):
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                    self._prune(path.parent)

    def unfinished(self) -> list[str]:
        """Keys of what lies in `open/`."""
        with self.sentences("list"):
            return sorted(path.name.replace(FLAT, "/") for path in (self._root / OPEN).iterdir())

    def keys(self, prefix: str = "") -> Iterable[str]:
        """Keys of finished objects below a prefix, directory by directory, each in order of names."""
        with self.sentences("list"):
            for path in self._walk(self._root):
                key = path.relative_to(self._root).as_posix()
                if key.startswith(prefix):
                    yield key

    def _walk(self, directory: Path) -> Iterator[Path]:
        at_root = directory == self._root
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not (at_root and entry.name in (OPEN, "lost+found")):
                yield from self._walk(Path(entry.path))
            elif entry.is_file(follow_symlinks=False) and not (at_root and entry.name.endswith(ID_FILE)):
                yield Path(entry.path)

    def place(self, unfinished: Path, final: Path) -> None:
        """Rename an object to its key and make every name on the way durable."""
        with self.sentences("write to"):
            while True:
                self._make_directory(final.parent)
                try:
                    unfinished.rename(final)
                    break
                except FileNotFoundError:
                    if not unfinished.exists():
                        raise
                    # else a deletion in this moment took the empty directory away: make it again
            sync_directory(final.parent)
            sync_directory(unfinished.parent)

    def _make_directory(self, path: Path) -> None:
        if path.is_dir():
            return
        self._make_directory(path.parent)
        path.mkdir(mode=0o750, exist_ok=True)
        sync_directory(path.parent)

    def _prune(self, directory: Path) -> None:
        sync_directory(directory)
        while directory not in (self._root, self._root / OPEN):
            try:
                directory.rmdir()
            except OSError:
                return  # another object lies there
            directory = directory.parent

    def _open_for_reading(self, key: str) -> int:
        final, unfinished = self._final(key), self._unfinished(key)
        for path in (final, unfinished):
            with contextlib.suppress(FileNotFoundError):
                return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return os.open(final, os.O_RDONLY | os.O_CLOEXEC)  # committed between the two looks, or not there

    def _read_id(self) -> str:
        try:
            return (self._root / ID_FILE).read_text("ascii").strip()
        except FileNotFoundError:
            return ""

    def _make_id(self) -> str:
        """Write the id file whole or not at all; of two that try at once, the first wins and both read its id."""
        path, identity = self._root / ID_FILE, uuid.uuid4().hex
        temporary = self._root / f".{identity}-{ID_FILE}"
        temporary.write_text(identity + "\n", "ascii")
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return self._read_id()
        finally:
            temporary.unlink()
        sync_directory(self._root)
        return identity

    def _check_root(self) -> None:
        """Refuse to write below a directory that has changed: an unmounted disk must not fill the one beneath."""
        if self._seen is None:
            self.volume_id()
        with self.sentences("use"):
            found = self._root.stat()
        if (found.st_dev, found.st_ino) != self._seen:
            raise StorageError(f"{self._root} is another directory than at the start; mount its disk again.")

    def _final(self, key: str) -> Path:
        pure = PurePosixPath(key)
        if not key or pure.is_absolute() or FLAT in key or pure.parts[0] == OPEN or ".." in pure.parts:
            raise StorageError(f"{key!r} is no object key; keys are relative paths without '..' and '{FLAT}'.")
        return self._root / pure

    def _unfinished(self, key: str) -> Path:
        return self._root / OPEN / key.replace("/", FLAT)

    @contextlib.contextmanager
    def sentences(self, verb: str) -> Iterator[None]:
        """Turn what the operating system says into one sentence with a remedy."""
        try:
            yield
        except OSError as error:
            raise StorageError(self._sentence(verb, error), full=error.errno in FULL) from error

    def _sentence(self, verb: str, error: OSError) -> str:
        root, what = self._root, error.filename or self._root
        if error.errno in FULL:
            return f"{root} is full; delete recordings, lower retention or give it more space."
        if not root.exists():
            return f"{root} does not exist; create the directory or mount its disk."
        if not root.is_dir():
            return f"{root} is not a directory; name a directory."
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return f"{what}: cannot {verb} the volume ({error.strerror}); let the user Eyrie runs as write there."
        return f"{what}: cannot {verb} the volume ({error.strerror}); check the disk."


class DiskObject:
    """An object in `open/`: see ObjectWriter."""

    def __init__(self, disk: LocalDisk, handle: int, path: Path, final: Path, length: int) -> None:
        self._disk = disk
        self._handle = handle
        self._path = path
        self._final = final
        self._length = length

    def append(self, data: bytes | memoryview) -> None:
        """Add bytes; when they do not all fit, none of them stay."""
        rest = memoryview(data)
        try:
            with self._disk.sentences("write to"):
                while rest:
                    rest = rest[os.write(self._handle, rest) :]
        except StorageError:
            with contextlib.suppress(OSError):  # the first failure is what counts; readers tolerate a torn tail
                os.ftruncate(self._handle, self._length)
                os.lseek(self._handle, self._length, os.SEEK_SET)
            raise
        self._length += len(data)

    def sync(self) -> None:
        """Flush data and length."""
        with self._disk.sentences("write to"):
            os.fsync(self._handle)

    def release(self) -> None:
        """Sync and close."""
        try:
            self.sync()
        finally:
            os.close(self._handle)

    def commit(self) -> None:
        """Sync, close, rename to the key."""
        self.release()
        self._disk.place(self._path, self._final)

    def abort(self) -> None:
        """Close and unlink."""
        os.close(self._handle)
        with self._disk.sentences("delete from"):
            self._path.unlink(missing_ok=True)
            sync_directory(self._path.parent)
