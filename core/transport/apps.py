"""Django app of core.transport."""

from django.apps import AppConfig


class Config(AppConfig):
    """The portal's certificate."""

    name = "core.transport"
    label = "transport"
    verbose_name = "Transport"
