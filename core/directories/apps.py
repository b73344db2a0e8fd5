"""Django app of directories."""

from django.apps import AppConfig


class Config(AppConfig):
    """Where an organisation keeps its people."""

    name = "core.directories"
    label = "directories"
    verbose_name = "Directories"
