"""The simulator as a plugin."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """Simulated cameras."""

    meta = PluginMeta(
        name="simulator",
        title="Camera simulator",
        version="0.1.0",
        summary="Simulated RTSP cameras with scenes that mean something, and faults on command.",
    )
