"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the loudness detector."""

    name = "plugins.loudness"
    label = "plugin_loudness"
    verbose_name = "Loudness"
    meta = PluginMeta(
        name="loudness",
        title="Loudness",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Tells when it is loud, and keeps how loud it was.",
    )
