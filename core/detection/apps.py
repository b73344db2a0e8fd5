"""Django app of core.detection."""

from django.apps import AppConfig


class Config(AppConfig):
    """Which detectors look at which camera, and what they counted."""

    name = "core.detection"
    label = "detection"
    verbose_name = "Detection"
