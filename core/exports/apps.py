"""Django app of exports."""

from django.apps import AppConfig


class Config(AppConfig):
    """Recordings taken out of the house: signed archives."""

    name = "core.exports"
    label = "exports"
    verbose_name = "Exports"
