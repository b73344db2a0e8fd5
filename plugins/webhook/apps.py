"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the webhook action."""

    meta = PluginMeta(
        name="webhook",
        title="Webhook",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Calls a web address when a rule fires: any method, headers and body, signed if wished.",
    )
