"""Django app of core.recording."""

from django.apps import AppConfig


class Config(AppConfig):
    """Volumes, segments, gaps."""

    name = "core.recording"
    label = "recording"
    verbose_name = "Recording"
