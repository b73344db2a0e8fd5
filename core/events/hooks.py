"""Core's own event types, and what of this room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.events.models import ExternalType
from core.events.types import CORE_EVENT_TYPES
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Core's event types."""
    return CORE_EVENT_TYPES


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """The kinds of events that integrators declared."""
    return [ConfigurationPart("event_types", "Kinds of events", ExternalType, ("name", "title", "fields"), "name")]
