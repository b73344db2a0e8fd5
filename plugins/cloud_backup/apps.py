"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the object store backup target."""

    name = "plugins.cloud_backup"
    label = "plugin_cloud_backup"
    verbose_name = "Backup to object stores"
    meta = PluginMeta(
        name="cloud_backup",
        title="Backup to object stores",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Copies recordings, clips and pictures to S3-compatible object stores, at home or in a cloud.",
    )
