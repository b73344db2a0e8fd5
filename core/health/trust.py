"""Does code run that nobody trusted has signed?"""

from __future__ import annotations

from core.configuration import configuration
from core.hookspecs.ops import Health, Level
from core.pluginhost import host
from core.pluginhost.selection import is_running
from core.trust.package import Standing

_LINK = "/system/plugins/"


def check() -> Health:
    """Altered code, or code of strangers, is a warning; where signatures are required it does not run at all."""
    if configuration().plugin_trust == "off":
        return Health(Level.OK, "Signatures of plugins are not looked at (EYRIE_PLUGIN_TRUST).", link=_LINK)
    running = [record for _, record in sorted(host().plugins.items()) if is_running(record)]
    doubtful = [one for one in running if not one.trust.good and one.trust.standing is not Standing.UNCHECKED]
    if not doubtful:
        return Health(Level.OK, "All plugins are Eyrie's own or signed by a key that is trusted.", link=_LINK)
    first, others = doubtful[0], len(doubtful) - 1
    more = f" (and {others} more)" if others else ""
    remedy = "Have it signed by somebody you trust and add the key, install it anew, or switch it off."
    return Health(Level.WARNING, f"The plugin {first.name}{more} is not trusted: {first.trust.sentence}", remedy, _LINK)
