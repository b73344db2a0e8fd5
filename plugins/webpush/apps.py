"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of push notifications."""

    meta = PluginMeta(
        name="webpush",
        title="Push notifications",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Notifies phones and desks through their browsers' own services, also while the portal is closed.",
    )
