"""Django app of core.recorder: it has a management command and no tables."""

from django.apps import AppConfig


class Config(AppConfig):
    """The recorder process."""

    name = "core.recorder"
    label = "recorder"
    verbose_name = "Recorder"
