"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the RTSP camera driver."""

    name = "plugins.rtsp"
    label = "plugin_rtsp"
    verbose_name = "RTSP cameras"
    meta = PluginMeta(
        name="rtsp",
        title="RTSP cameras",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Cameras and recorders reached by an RTSP, RTSPS or HTTP address, and files played as cameras.",
    )
