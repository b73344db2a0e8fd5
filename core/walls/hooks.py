"""What of the views' room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.walls.models import View


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Saved views."""
    fields = ("name", "owner", "shared", "arrangement")
    return [ConfigurationPart("views", "Views", View, fields, "name", after=("core.users",))]
