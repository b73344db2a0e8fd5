"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the mail action."""

    meta = PluginMeta(
        name="email",
        title="E-mail",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Sends a mail with picture and link when a rule fires, through a mail server of yours.",
    )
