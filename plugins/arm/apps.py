"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the arming action."""

    meta = PluginMeta(
        name="arm",
        title="Arming by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Arms or disarms the site when a rule fires.",
    )
