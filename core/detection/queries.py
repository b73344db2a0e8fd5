"""Detectors on cameras as the other rooms see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from pydantic import BaseModel, ValidationError

from core.cameras.drivers import CameraError
from core.detection.models import CameraDetector
from core.detection.services import detector_named
from core.hookspecs.detectors import DetectorSpec
from core.pluginhost import host
from core.system.secrets import SecretsError, unseal
from core.wording import first_said


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """A detector that is to look at a camera.

    spec, settings: ready for use, secrets in the clear (never log them); both None when `fault` says in one sentence
    why it cannot. sealed: the settings as they are stored, to be handed on.
    """

    camera_id: int
    name: str
    revision: int
    plugin: str = ""
    spec: DetectorSpec | None = None
    settings: BaseModel | None = None
    fault: str = ""
    sealed: dict[str, Any] = field(default_factory=dict)


def detectors_of(camera_id: int) -> QuerySet[CameraDetector]:
    """Detectors on a camera, switched on or not."""
    return CameraDetector.objects.filter(camera_id=camera_id).order_by("detector")


def detector_revisions() -> dict[tuple[int, str], tuple[int, int]]:
    """By (camera, detector) what changes with every save, of those that are to look now: the small query by which
    changes are seen.
    """
    rows = CameraDetector.objects.filter(enabled=True, camera__enabled=True)
    found = rows.values_list("camera_id", "detector", "pk", "revision")
    return {(camera_id, name): (pk, revision) for camera_id, name, pk, revision in found}


def detector_configs(keys: Iterable[tuple[int, str]]) -> list[DetectorConfig]:
    """Configurations of these; what no longer exists is left out."""
    wanted = set(keys)
    rows = CameraDetector.objects.filter(camera_id__in={camera_id for camera_id, _ in wanted})
    return [detector_config(row) for row in rows if (row.camera_id, row.detector) in wanted]


def detector_config(row: CameraDetector) -> DetectorConfig:
    """One of them, ready for use or with its fault."""
    return opened_config(row.camera_id, row.detector, row.revision, row.settings)


def opened_config(camera_id: int, name: str, revision: int, sealed: dict[str, Any]) -> DetectorConfig:
    """The same from what is stored, without the database."""
    key = (camera_id, name, revision)
    try:
        spec = detector_named(name)
        plugin = host().registry.entry(DetectorSpec, name).plugin
        return DetectorConfig(*key, plugin, spec, unseal(spec.settings, sealed), sealed=sealed)
    except CameraError:
        return DetectorConfig(*key, fault="Its plugin is not there; enable it or take the detector off the camera.")
    except ValidationError as error:
        return DetectorConfig(*key, fault=f"Its settings no longer fit; save them anew. {first_said(error)}")
    except SecretsError as error:
        return DetectorConfig(*key, fault=str(error))
