"""Django app of core.viewings."""

from django.apps import AppConfig


class Config(AppConfig):
    """Who watches what."""

    name = "core.viewings"
    label = "viewings"
    verbose_name = "Viewings"
