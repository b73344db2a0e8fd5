"""Django app of saved views."""

from django.apps import AppConfig


class Config(AppConfig):
    """Views of the live wall that users keep and share."""

    name = "core.walls"
    label = "walls"
    verbose_name = "Views"
