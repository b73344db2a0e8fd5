"""Django app of core.replays."""

from django.apps import AppConfig


class Config(AppConfig):
    """Detectors over recordings."""

    name = "core.replays"
    label = "replays"
    verbose_name = "Detectors over recordings"
