"""What of this room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.system.models import PluginSettings, Site


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """The site's own settings, and those of plugins."""
    site = ("name", "time_zone", "address", "latitude", "longitude")
    return (
        ConfigurationPart("site", "Site", Site, site, "name", single=True),
        ConfigurationPart(
            "plugin_settings", "Settings of plugins", PluginSettings, ("plugin", "schema_version", "data"), "plugin"
        ),
    )
