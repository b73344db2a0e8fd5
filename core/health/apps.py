"""Django app of core's own health checks."""

from django.apps import AppConfig


class Config(AppConfig):
    """What Eyrie looks at by itself, and how it is mended."""

    name = "core.health"
    label = "health"
    verbose_name = "Health"
