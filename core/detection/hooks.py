"""What of the detectors belongs to the configuration."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from core.detection.models import CameraDetector
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Which detectors look at which camera."""
    yield ConfigurationPart(
        "detectors",
        "Detectors on cameras",
        CameraDetector,
        ("camera", "detector", "enabled", "settings"),
        "detector camera",
        after=("core.cameras",),
        changed=_raise_revision,
    )


def _raise_revision(row: CameraDetector, kind: str) -> None:
    CameraDetector.objects.filter(pk=row.pk).update(revision=F("revision") + 1)
