"""What of this room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.talk.models import Announcement


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Recorded announcements with their sound."""
    fields = ("name", "sound", "length_ms", "created_ms")
    return [ConfigurationPart("announcements", "Announcements", Announcement, fields, "name")]
