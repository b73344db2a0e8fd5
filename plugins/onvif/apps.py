"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the ONVIF plugin."""

    name = "plugins.onvif"
    label = "plugin_onvif"
    verbose_name = "ONVIF cameras"
    meta = PluginMeta(
        name="onvif",
        title="ONVIF cameras",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Cameras, recorders and encoders of any brand that speak ONVIF: found, streamed, moved, listened to.",
    )
