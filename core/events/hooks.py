"""Core's own event types, through the same door as a plugin's."""

from collections.abc import Iterable

from core.events.types import CORE_EVENT_TYPES
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Core's event types."""
    return CORE_EVENT_TYPES
