"""The kit for plugin authors: a pytest plugin with fixtures, and conformance classes to subclass.

    from core.testing.storage import StorageBackendContract

    class TestMyStorage(StorageBackendContract):
        ...

Conformance: cameras.CameraDriverContract (with CollectingSink), storage.StorageBackendContract,
backup.BackupTargetContract, detectors.DetectorContract, actions.ActionContract. A clock: clock.FakeClock.
Fixtures (`core.testing.pytest_plugin`): plugin_host, register_temporarily, fake_clock, storage_root.
"""
