"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the snapshot action."""

    meta = PluginMeta(
        name="snapshot",
        title="Snapshots by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Keeps a picture with the event when a rule fires.",
    )
