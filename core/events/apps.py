"""Django app of core.events."""

from django.apps import AppConfig


class Config(AppConfig):
    """What happened."""

    name = "core.events"
    label = "events"
    verbose_name = "Events"
