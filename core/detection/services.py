"""What switches detectors on cameras. Each change raises the revision and is audited."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from pydantic import BaseModel, ValidationError

from core.cameras.drivers import CameraError
from core.detection.models import CameraDetector
from core.hookspecs.detectors import DetectorSpec
from core.pluginhost import UnknownName, host
from core.system import audit
from core.system.secrets import keep_secrets, masked, seal, unseal
from core.wording import wrong_fields


def detector_named(name: str) -> DetectorSpec:
    """The detector of this name. Raises CameraError naming the known ones."""
    try:
        return host().registry.get(DetectorSpec, name)
    except UnknownName as error:
        raise CameraError({"detector": [str(error)]}) from error


@transaction.atomic
def set_detector(
    camera_id: int,
    name: str,
    settings: dict[str, Any] | None = None,
    *,
    enabled: bool = True,
    actor: str,
    address: str = "",
) -> CameraDetector:
    """Have a detector look at a camera, or change how: `settings` replace the stored ones, None leaves them.

    enabled=False keeps the settings for later. Raises CameraError with what to mend, fields as `settings.<field>`.
    """
    row = CameraDetector.objects.select_for_update().filter(camera_id=camera_id, detector=name).first()
    before = None if row is None else description(row)
    row = row or CameraDetector(camera_id=camera_id, detector=name)
    if settings is not None or not row.pk:
        row.settings = seal(_checked(name, settings or {}, row.settings))
    row.enabled = enabled
    row.revision += 1
    row.save()
    audit.record(
        actor,
        "camera.detector.set",
        f"camera:{camera_id}",
        before=before,
        after=description(row),
        address=address,
    )
    return row


@transaction.atomic
def remove_detector(camera_id: int, name: str, *, actor: str, address: str = "") -> bool:
    """Take a detector off a camera with its settings; False when it is not there."""
    row = CameraDetector.objects.filter(camera_id=camera_id, detector=name).first()
    if row is None:
        return False
    before = description(row)
    row.delete()
    audit.record(actor, "camera.detector.remove", f"camera:{camera_id}", before=before, address=address)
    return True


def sealed_settings(camera_id: int, name: str, given: dict[str, Any] | None) -> dict[str, Any]:
    """Settings for a detector on a camera, checked and sealed, without switching it on; None for those it has there.

    Raises CameraError with what to mend, fields as `settings.<field>`.
    """
    row = CameraDetector.objects.filter(camera_id=camera_id, detector=name).first()
    stored: dict[str, Any] = {} if row is None else row.settings
    return stored if given is None and row is not None else seal(_checked(name, given or {}, stored))


def description(row: CameraDetector) -> dict[str, Any]:
    """A detector on a camera as people and the audit log see it: secrets masked."""
    return {"detector": row.detector, "enabled": row.enabled, "settings": shown_settings(row)}


def shown_settings(row: CameraDetector) -> dict[str, Any]:
    """Its settings with secrets masked; empty when its plugin is not there or they no longer fit."""
    try:
        return masked(unseal(detector_named(row.detector).settings, row.settings))
    except (CameraError, ValidationError):
        return {}


def _checked(name: str, given: dict[str, Any], stored: dict[str, Any]) -> BaseModel:
    """The settings' model of what is given; secrets given as masked stay as stored."""
    model = detector_named(name).settings
    try:
        old = unseal(model, stored) if stored else None
    except ValidationError:
        old = None  # settings of an older version: what is given counts alone
    try:
        return model.model_validate(keep_secrets(old, given) if old is not None else given)
    except ValidationError as error:
        wrong = wrong_fields(error, "settings", known=model.model_fields)
        raise CameraError({name: [why] for name, why in wrong.items()}) from error
