"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the FTP and SFTP backup targets."""

    name = "plugins.ftp_backup"
    label = "plugin_ftp_backup"
    verbose_name = "Backup to FTP and SFTP"
    meta = PluginMeta(
        name="ftp_backup",
        title="Backup to FTP and SFTP",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Copies recordings, clips and pictures to servers that speak FTP, FTPS or SFTP.",
    )
