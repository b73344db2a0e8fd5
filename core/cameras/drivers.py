"""A camera's settings and the driver they belong to: checked on the way in, sealed at rest, opened for use."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from core.hookspecs.cameras import CameraDriverSpec
from core.pluginhost import UnknownName, host
from core.system.secrets import SecretsError, keep_secrets, seal, unseal, without_secrets
from core.wording import wrong_fields


class CameraError(ValueError):
    """A camera cannot be saved: `fields` maps each field (`settings.url`) to its sentences."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(sentences)}" for name, sentences in fields.items()))
        self.fields = fields


def driver(name: str) -> CameraDriverSpec:
    """The driver of this name. Raises CameraError naming the known ones."""
    try:
        return host().registry.get(CameraDriverSpec, name)
    except UnknownName as error:
        raise CameraError({"driver": [str(error)]}) from error


def checked(name: str, given: dict[str, Any], stored: dict[str, Any] | None = None) -> BaseModel:
    """The driver's settings model of `given`, laid over the sealed `stored` ones, so that secrets need not be repeated.

    Raises CameraError with the fields as `settings.<field>`.
    """
    spec = driver(name)
    old = unseal(spec.settings, stored) if stored else None
    values = {**old.model_dump(exclude_unset=True), **keep_secrets(old, given)} if old else given
    try:
        return spec.settings.model_validate(values)
    except ValidationError as error:
        raise CameraError(_by_field(error, spec)) from error


def sealed(model: BaseModel) -> dict[str, Any]:
    """Settings as they are stored: secrets encrypted."""
    return seal(model)


def opened(name: str, stored: dict[str, Any]) -> tuple[CameraDriverSpec, BaseModel]:
    """The driver and its settings with secrets in the clear. Raises CameraError when either does not fit any more."""
    spec = driver(name)
    try:
        return spec, unseal(spec.settings, stored)
    except ValidationError as error:
        raise CameraError(_by_field(error, spec)) from error
    except SecretsError as error:
        raise CameraError({"settings": [str(error)]}) from error


def closed(name: str, stored: dict[str, Any]) -> tuple[CameraDriverSpec, BaseModel]:
    """As `opened`, with each secret empty: nothing is decrypted. Raises CameraError."""
    spec = driver(name)
    try:
        return spec, spec.settings.model_validate(without_secrets(stored))
    except ValidationError as error:
        raise CameraError(_by_field(error, spec)) from error


def _by_field(error: ValidationError, spec: CameraDriverSpec) -> dict[str, list[str]]:
    found = wrong_fields(error, "settings", known=spec.settings.model_fields)
    return {name: [why] for name, why in found.items()}
