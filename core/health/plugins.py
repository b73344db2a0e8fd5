"""Is any plugin in trouble?"""

from __future__ import annotations

from core.hookspecs.ops import Health, Level
from core.pluginhost import host
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.selection import REFUSED

_BROKEN = REFUSED
_LINK = "/system/plugins/"


def check() -> Health:
    """A plugin that does not run is a failure, one of which a part fails a warning."""
    plugins = [record for _, record in sorted(host().plugins.items())]
    broken = [record for record in plugins if record.state in _BROKEN]
    partly = [record for record in plugins if record.state is PluginState.DEGRADED]
    if broken:
        remedy = "Mend or update it, then switch it on again; or switch it off if it is not needed."
        return Health(Level.FAILED, _sentence(broken, "does not run"), remedy, _LINK)
    if partly:
        return Health(Level.WARNING, _sentence(partly, "works in part"), "Its card says what of it fails.", _LINK)
    running = sum(record.state is PluginState.LOADED for record in plugins)
    return Health(Level.OK, f"All {running} plugins that are switched on work.", link=_LINK)


def _sentence(records: list[PluginRecord], what: str) -> str:
    first, others = records[0], len(records) - 1
    more = f" (and {others} more)" if others else ""
    why = first.error or next(iter(first.failing.values()), "")
    return f"The plugin {first.name}{more} {what}: {why}".rstrip(": ")
