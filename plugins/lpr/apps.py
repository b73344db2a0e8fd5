"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of number plates."""

    meta = PluginMeta(
        name="lpr",
        title="Number plates",
        version="0.1.0",
        requires_api=">=1.0,<2",
        summary="Reads number plates of passing vehicles, keeps them for search, and compares them with lists.",
    )
