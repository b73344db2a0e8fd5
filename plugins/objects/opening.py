"""Opens the detector that the settings name. Imports what is heavy: only in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.api import Detector, Sight
from plugins.objects.settings import ObjectSettings

FOLDER = "models"
"""In the data directory: where users put models and their cards."""


def open_detector(settings: ObjectSettings, folder: Path | None = None) -> Detector:
    """folder: of the models, unless it is the data directory's. Raises ValueError when a model cannot be used."""
    import cv2

    cv2.setNumThreads(1)  # cameras share the cores; one look is not to take them all
    if not settings.model:
        from plugins.objects.people import PeopleDetector

        return PeopleDetector(settings)
    from plugins.objects.model_detector import ModelDetector

    return ModelDetector(settings, folder or models_folder())


def models_folder() -> Path:
    """Where users put models."""
    from core.api.services import data_directory

    return data_directory() / FOLDER


def look_together(pairs: Sequence[tuple[Detector, Any]]) -> Sequence[Sight]:
    """Several pictures at once; see model_detector."""
    from plugins.objects.people import PeopleDetector

    if all(isinstance(detector, PeopleDetector) for detector, _ in pairs):
        return [detector.look(frame) for detector, frame in pairs]  # without ONNX Runtime's memory
    from plugins.objects.model_detector import look_together as together

    return together(pairs)
