"""Django app of core.reference."""

from django.apps import AppConfig


class Config(AppConfig):
    """The generated reference."""

    name = "core.reference"
    label = "reference"
    verbose_name = "Reference"
