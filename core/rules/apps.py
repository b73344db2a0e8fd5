"""Django app of core.rules."""

from django.apps import AppConfig


class Config(AppConfig):
    """When this happens there, do that."""

    name = "core.rules"
    label = "rules"
    verbose_name = "Rules"
