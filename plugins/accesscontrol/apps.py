"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of access control."""

    meta = PluginMeta(
        name="accesscontrol",
        title="Access control",
        version="0.1.0",
        requires_api=">=1.0,<2",
        summary="Takes badge events of an access system, binds its doors to cameras, and shows who came and went.",
    )
