"""Django app of the portal."""

from django.apps import AppConfig


class Config(AppConfig):
    """Pages, templates and components of the portal."""

    name = "webapp"
    label = "webapp"
    verbose_name = "Portal"
