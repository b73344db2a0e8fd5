"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import BackupTarget, BackupTargetSpec, hookimpl
from plugins.cloud_backup.settings import S3Settings


def _open(settings: S3Settings) -> BackupTarget:
    from plugins.cloud_backup.s3 import S3Target  # obstore is native code with threads: only where it is used

    return S3Target(settings)


@hookimpl
def register_backup_targets() -> Iterable[BackupTargetSpec]:
    """Stores that speak S3. Their objects appear whole or not at all."""
    return [BackupTargetSpec("s3", "S3-compatible object store", S3Settings, _open, resumes=False)]
