"""Django app of core.system."""

from django.apps import AppConfig


class Config(AppConfig):
    """Plugin settings, audit."""

    name = "core.system"
    label = "system"
    verbose_name = "System"
