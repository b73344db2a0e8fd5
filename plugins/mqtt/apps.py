"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the MQTT plugin."""

    meta = PluginMeta(
        name="mqtt",
        title="MQTT",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Publishes messages to an MQTT broker when a rule fires, and the cameras' states for Home Assistant.",
    )
