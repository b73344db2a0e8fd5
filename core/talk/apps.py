"""Django app of core.talk."""

from django.apps import AppConfig


class Config(AppConfig):
    """Talking through cameras."""

    name = "core.talk"
    label = "talk"
    verbose_name = "Talking through cameras"
