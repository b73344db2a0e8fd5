"""Metadata of the plugin. Safe to import: nothing happens here."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Django app of the face detector."""

    meta = PluginMeta(
        name="faces",
        title="Faces",
        version="0.2.0",
        requires_api=">=1.0,<2",
        summary="Sees faces, recognises people who agreed where that is switched on, and covers faces in exports.",
    )
