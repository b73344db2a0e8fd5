"""What this room offers through the same door as a plugin: its part of the configuration, core's audited acts."""

from collections.abc import Iterable

from core.hookspecs.audit import AuditActionSpec
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.system.actions import ACTIONS
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


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What core itself writes down."""
    return ACTIONS
