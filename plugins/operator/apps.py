"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of calls to operators."""

    meta = PluginMeta(
        name="operator",
        title="Calls to operators",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Sounds an alarm in the portal and shows a camera to whoever has it open when a rule fires.",
    )
