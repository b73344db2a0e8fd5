"""Django app of core.access."""

from django.apps import AppConfig


class Config(AppConfig):
    """Users, roles, grants."""

    name = "core.access"
    label = "access"
    verbose_name = "Access"
