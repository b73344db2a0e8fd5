"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the local-disk storage backend."""

    name = "plugins.local_disk"
    label = "plugin_local_disk"
    verbose_name = "Local disk"
    meta = PluginMeta(name="local_disk", title="Local disk", version="1.0.0", requires_api=">=1.0,<2")
