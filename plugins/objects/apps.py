"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the object detector."""

    meta = PluginMeta(
        name="objects",
        title="People and objects",
        version="0.1.0",
        requires_api=">=1.0,<2",
        summary="Sees people without a download, and whatever a detection model of your own sees.",
    )
