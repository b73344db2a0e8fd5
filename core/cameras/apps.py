"""Django app of core.cameras."""

from django.apps import AppConfig


class Config(AppConfig):
    """Cameras and their settings."""

    name = "core.cameras"
    label = "cameras"
    verbose_name = "Cameras"
