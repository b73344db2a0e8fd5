"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the bookmark action."""

    meta = PluginMeta(
        name="bookmark",
        title="Bookmarks by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Marks an event's recording when a rule fires, and keeps it from being deleted if wished.",
    )
