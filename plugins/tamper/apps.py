"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the tamper detector."""

    name = "plugins.tamper"
    label = "plugin_tamper"
    verbose_name = "Tampering"
    meta = PluginMeta(
        name="tamper",
        title="Tampering",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Tells when a camera is covered, out of focus, turned away, blind or frozen.",
    )
