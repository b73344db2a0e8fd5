"""What this plugin offers."""

from collections.abc import Iterable

from core.api import StorageBackendSpec, hookimpl
from plugins.local_disk.settings import LocalDiskSettings
from plugins.local_disk.storage import LocalDisk


@hookimpl
def register_storage_backends() -> Iterable[StorageBackendSpec]:
    """Volumes that are directories of this machine."""
    return [StorageBackendSpec("local_disk", "Local disk", LocalDiskSettings, LocalDisk.open)]
