"""The kit for plugin authors: a pytest plugin with fixtures, and conformance classes to subclass.

    from core.testing import StorageBackendContract

    class TestMyStorage(StorageBackendContract):
        ...

Fixtures (`core.testing.pytest_plugin`): plugin_host, register_temporarily, fake_clock, storage_root.
"""

from core.testing.actions import ActionContract
from core.testing.cameras import CameraDriverContract, CollectingSink
from core.testing.clock import FakeClock
from core.testing.detectors import DetectorContract
from core.testing.storage import StorageBackendContract

__all__ = [
    "ActionContract",
    "CameraDriverContract",
    "CollectingSink",
    "DetectorContract",
    "FakeClock",
    "StorageBackendContract",
]
