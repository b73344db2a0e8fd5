"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import BackupTarget, BackupTargetSpec, hookimpl
from plugins.ftp_backup.settings import FtpSettings, SftpSettings


def _open_ftp(settings: FtpSettings) -> BackupTarget:
    from plugins.ftp_backup.ftp import FtpTarget

    return FtpTarget(settings)


def _open_sftp(settings: SftpSettings) -> BackupTarget:
    from plugins.ftp_backup.sftp import SftpTarget  # paramiko takes 0.1 s and 10 MB: only where it is used

    return SftpTarget(settings)


@hookimpl
def register_backup_targets() -> Iterable[BackupTargetSpec]:
    """Servers reached by FTP, FTPS and SFTP."""
    return [
        BackupTargetSpec("ftp", "FTP or FTPS server", FtpSettings, _open_ftp),
        BackupTargetSpec("sftp", "SFTP server (SSH)", SftpSettings, _open_sftp),
    ]
