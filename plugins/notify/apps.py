"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the notification action."""

    meta = PluginMeta(
        name="notify",
        title="Notification services",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Sends notifications by Telegram, Signal, Slack, ntfy and a hundred other services (Apprise).",
    )
