"""Django app of core.web."""

from django.apps import AppConfig


class Config(AppConfig):
    """What the surfaces share."""

    name = "core.web"
    label = "web"
    verbose_name = "Web"
