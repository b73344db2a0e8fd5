"""A plugin from elsewhere that contributes one of everything; it exists for the tests."""

from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    """The dummy."""

    meta = PluginMeta(name="dummy", title="Dummy", version="1.0", summary="Contributes one of everything.")
