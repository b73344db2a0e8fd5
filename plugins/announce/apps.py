"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of announcements by rules."""

    meta = PluginMeta(
        name="announce",
        title="Announcements by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Plays a recorded message through cameras' loudspeakers when a rule fires.",
    )
