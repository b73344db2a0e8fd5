"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the record action."""

    meta = PluginMeta(
        name="record",
        title="Recording by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Has a camera recorded when a rule fires, with what lies in memory from before.",
    )
