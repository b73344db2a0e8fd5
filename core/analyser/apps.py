"""Django app of core.analyser: it has management commands and no tables."""

from django.apps import AppConfig


class Config(AppConfig):
    """The analyser process and the detectors' own."""

    name = "core.analyser"
    label = "analyser"
    verbose_name = "Analyser"
