"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the actions at cameras."""

    meta = PluginMeta(
        name="camera_control",
        title="Control of cameras by rules",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Points a camera at a preset, or switches one of its outputs, when a rule fires.",
    )
