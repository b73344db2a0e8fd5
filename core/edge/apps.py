"""Django app of core.edge."""

from django.apps import AppConfig


class Config(AppConfig):
    """What cameras keep themselves."""

    name = "core.edge"
    label = "edge"
    verbose_name = "Recordings of the cameras' own"
