"""What every storage backend must do."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from core.hookspecs.storage import ObjectWriter, Storage, StorageBackendSpec, StorageError
from core.pluginhost import host
from core.testing.specs import check_descriptor

KEY = "1/2026-01-01/00/main-1767225600000.mp4"
OTHER = "2/2026-01-01/00/sub-1767225600000.mp4"
PARTS = (b"first fragment", bytes(range(256)) * 300, b"last")


def local_disk(root: Path) -> Storage:
    """A volume on this machine's disk, from the built-in plugin through the registry: core's tests import no plugin."""
    spec = host().registry.get(StorageBackendSpec, "local_disk")
    return spec.open(spec.settings.model_validate({"path": root}))


class StorageBackendContract:
    """Subclass it as `Test…`, give `spec` and `make_settings`; the tests run on `storage_root`, an empty directory."""

    spec: StorageBackendSpec

    def make_settings(self, root: Path) -> BaseModel:
        """Settings of a volume that is empty at first and lies in (or is bound to) `root`."""
        raise NotImplementedError

    @pytest.fixture
    def storage(self, storage_root: Path) -> Storage:
        """The volume under test."""
        return self.reopened(storage_root)

    def reopened(self, root: Path) -> Storage:
        """The same volume as a new process sees it."""
        return self.spec.open(self.make_settings(root))

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor."""
        check_descriptor(self.spec)

    def test_volume_knows_itself(self, storage: Storage, storage_root: Path) -> None:
        """The id stays the same for whoever opens the volume next."""
        assert storage.volume_id()
        assert self.reopened(storage_root).volume_id() == storage.volume_id()

    def test_space_is_plausible(self, storage: Storage) -> None:
        """There is room, and no more than there is at all."""
        storage.volume_id()
        space = storage.space()
        assert 0 < space.free <= space.total

    def test_object_is_readable_while_written(self, storage: Storage) -> None:
        """The newest seconds can be played before the object is finished."""
        writer = self._begun(storage)
        assert storage.read(KEY, 0, 5) == PARTS[0][:5]
        assert storage.size(KEY) == sum(map(len, PARTS))
        assert storage.unfinished() == [KEY]
        assert list(storage.keys()) == []
        writer.commit()

    def test_committed_object_is_whole(self, storage: Storage, storage_root: Path) -> None:
        """What was appended is what is read, in any piece, also by another process."""
        self._begun(storage).commit()
        whole = b"".join(PARTS)
        again = self.reopened(storage_root)
        again.volume_id()
        assert again.read(KEY, 0, len(whole)) == whole
        assert again.read(KEY, 10, 1000) == whole[10:1010]
        assert again.read(KEY, len(whole) - 2, 100) == whole[-2:]
        assert again.unfinished() == []
        assert list(again.keys()) == [KEY]

    def test_existing_object_is_not_overwritten(self, storage: Storage) -> None:
        """Neither a finished one nor one that is being written."""
        writer = self._begun(storage)
        with pytest.raises(StorageError):
            storage.create(KEY)
        writer.commit()
        with pytest.raises(StorageError):
            storage.create(KEY)
        assert storage.read(KEY, 0, 5) == PARTS[0][:5]

    def test_unfinished_object_is_taken_up_again(self, storage: Storage, storage_root: Path) -> None:
        """After a crash the object is found, cut to its last whole fragment, and goes on."""
        writer = self._begun(storage)
        writer.release()
        again = self.reopened(storage_root)
        again.volume_id()
        assert again.unfinished() == [KEY]
        resumed = again.resume(KEY, len(PARTS[0]))
        resumed.append(b" and more")
        resumed.commit()
        assert again.read(KEY, 0, 1000) == PARTS[0] + b" and more"

    def test_aborted_object_is_gone(self, storage: Storage) -> None:
        """Nothing of it is left to be adopted."""
        self._begun(storage).abort()
        assert storage.unfinished() == []
        assert list(storage.keys()) == []

    def test_delete_is_repeatable(self, storage: Storage) -> None:
        """Deletion is repeated after a crash, so an absent object is no error."""
        self._begun(storage).commit()
        storage.delete(KEY)
        storage.delete(KEY)
        assert list(storage.keys()) == []
        with pytest.raises(StorageError):
            storage.read(KEY, 0, 1)

    def test_keys_below_a_prefix(self, storage: Storage) -> None:
        """`fsck` can look at one camera."""
        for key in (KEY, OTHER):
            self._begun(storage, key).commit()
        assert sorted(storage.keys()) == [KEY, OTHER]
        assert list(storage.keys("2/")) == [OTHER]

    @staticmethod
    def _begun(storage: Storage, key: str = KEY) -> ObjectWriter:
        storage.volume_id()
        writer = storage.create(key)
        for part in PARTS:
            writer.append(part)
        writer.sync()
        return writer
