"""Finding, loading, calling and containing plugins. The rest of core needs `host()` of it, and the registry's error."""

from core.pluginhost.guard import Outcome, PluginError
from core.pluginhost.host import PluginHost, host
from core.pluginhost.registry import UnknownName

__all__ = ["Outcome", "PluginError", "PluginHost", "UnknownName", "host"]
