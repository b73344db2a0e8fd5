"""What this room offers through the same door as a plugin: its part of the configuration, core's audited acts."""

from collections.abc import Iterable

from core.hookspecs.audit import AuditActionSpec
from core.hookspecs.configuration import ConfigurationFiles, ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.system.actions import ACTIONS
from core.system.models import PluginSettings, Site
from core.system.transfer.own_files import (
    check_keys,
    check_switches,
    read_keys,
    read_switches,
    write_keys,
    write_switches,
)


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """The site's own settings, and those of plugins."""
    site = ("name", "time_zone", "address", "latitude", "longitude", "live_watermark", "export_watermark")
    return (
        ConfigurationPart("site", "Site", Site, site, "name", single=True),
        ConfigurationPart(
            "plugin_settings", "Settings of plugins", PluginSettings, ("plugin", "schema_version", "data"), "plugin"
        ),
    )


@hookimpl
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """Whose code is trusted, and which plugins are switched on and off."""
    return (
        ConfigurationFiles("trust", "Trusted keys", read_keys, write_keys, check_keys),
        ConfigurationFiles("plugins", "Plugins switched on and off", read_switches, write_switches, check_switches),
    )


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What core itself writes down."""
    return ACTIONS
