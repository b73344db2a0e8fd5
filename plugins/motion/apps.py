"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the motion detector."""

    name = "plugins.motion"
    label = "plugin_motion"
    verbose_name = "Motion"
    meta = PluginMeta(
        name="motion",
        title="Motion",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Tells when something moves in the picture, and where.",
    )
