"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the export action."""

    meta = PluginMeta(
        name="run_export",
        title="Exports by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Exports an event's recording as a signed archive when a rule fires.",
    )
