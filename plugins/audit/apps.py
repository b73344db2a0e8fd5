"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the audit plugin."""

    meta = PluginMeta(
        name="audit",
        title="Audit log",
        version="1.0.0",
        requires_api=">=1.0,<2",
        summary="Chains and signs the audit log, so that no entry can be changed unseen; searches and forwards it.",
    )
