"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the analytics."""

    meta = PluginMeta(
        name="analytics",
        title="Lines, zones and counting",
        version="0.1.0",
        requires_api=">=1.0,<2",
        summary="Tells who crosses a line, enters or stays in a zone, runs or goes the wrong way; counts by the hour.",
    )
