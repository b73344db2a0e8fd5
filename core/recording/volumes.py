"""Volumes: from a row of the index to a storage that may be used."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from pydantic import ValidationError as WrongSettings

from core.configuration import configuration
from core.hookspecs.storage import Storage, StorageBackendSpec, StorageError, VolumeSpace
from core.pluginhost import UnknownName, host
from core.recording.models import Volume
from core.system import audit
from core.system.secrets import seal, unseal
from core.wording import first_said

log = logging.getLogger("eyrie.recording.volumes")

DEFAULT_NAME = "recordings"
DEFAULT_BACKEND = "local_disk"


@dataclass(frozen=True, slots=True)
class OpenVolume:
    """A volume whose identity has been checked. reserve_bytes and limit_bytes as in the row."""

    id: int
    name: str
    storage: Storage
    reserve_bytes: int
    limit_bytes: int | None


def ensure_default_volume() -> None:
    """At first start, make a volume of `<data>/recordings`. Raises StorageError when that cannot be."""
    if Volume.objects.exists():
        return
    path = configuration().data / DEFAULT_NAME
    _make_directory(path)
    Volume.objects.get_or_create(
        name=DEFAULT_NAME, defaults={"backend": DEFAULT_BACKEND, "settings": {"path": str(path)}}
    )


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be made ({error.strerror}); let the user Eyrie runs as write there."
        ) from error


class VolumeError(ValueError):
    """A volume cannot be added or changed. fields: sentence by field name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


def look_at(backend: str, settings: dict[str, Any]) -> VolumeSpace:
    """The room of a place before it becomes a volume. Raises VolumeError. Blocks as long as the medium does."""
    row = Volume(name="new", backend=backend, settings=settings)
    try:
        return _storage(row).space()
    except StorageError as error:
        raise VolumeError({"settings": str(error)}) from error


def add_volume(name: str, backend: str, settings: dict[str, Any], *, actor: str, address: str = "") -> Volume:
    """Record onto this place too, within seconds. Raises VolumeError."""
    row = Volume(name=name, backend=backend, settings=settings)
    try:
        row.full_clean(exclude=["settings"])
        row.volume_id = _storage(row).volume_id()
    except ValidationError as error:
        raise VolumeError({field: " ".join(texts) for field, texts in error.message_dict.items()}) from error
    except StorageError as error:
        raise VolumeError({"settings": str(error)}) from error
    twin = Volume.objects.filter(volume_id=row.volume_id).first()
    if twin is not None:
        raise VolumeError({"settings": f"This place is the volume {twin.name!r} already; choose another."})
    row.settings = _sealed(row)
    row.save()
    audit.record(actor, "volume.add", f"volume:{row.pk}", after={"name": name, "backend": backend}, address=address)
    return row


def enable_volume(row: Volume, enabled: bool, *, actor: str, address: str = "") -> None:
    """Record onto the volume, or no longer; what lies on it can be played either way.

    Raises VolumeError for the last one that is recorded onto.
    """
    if not enabled and not Volume.objects.filter(enabled=True).exclude(pk=row.pk).exists():
        raise VolumeError({"enabled": "This is the last volume that is recorded onto; add another one first."})
    before, row.enabled = {"enabled": row.enabled}, enabled
    row.save(update_fields=["enabled"])
    after = {"enabled": enabled}
    audit.record(actor, "volume.change", f"volume:{row.pk}", before=before, after=after, address=address)


def _sealed(row: Volume) -> dict[str, Any]:
    spec = host().registry.get(StorageBackendSpec, row.backend)
    return seal(spec.settings.model_validate(row.settings))


def open_volume(row: Volume) -> OpenVolume:
    """Open a volume and see that it is the one the index means. Raises StorageError with one sentence."""
    storage = _storage(row)
    found = storage.volume_id()
    if not row.volume_id:
        Volume.objects.filter(pk=row.pk, volume_id="").update(volume_id=found)
        row.refresh_from_db(fields=["volume_id"])
    if found != row.volume_id:
        raise StorageError(
            f"Volume {row.name!r} says it is {found}, not {row.volume_id}; mount the right disk, "
            "or remove the volume and add it anew."
        )
    return OpenVolume(row.pk, row.name, storage, row.reserve_bytes, row.limit_bytes)


def _storage(row: Volume) -> Storage:
    try:
        spec = host().registry.get(StorageBackendSpec, row.backend)
        return spec.open(unseal(spec.settings, row.settings))
    except UnknownName as error:
        raise StorageError(f"Volume {row.name!r}: {error}") from error
    except WrongSettings as error:
        raise StorageError(f"Volume {row.name!r}: {first_said(error)}") from error


def open_volumes() -> tuple[list[OpenVolume], dict[str, str]]:
    """All enabled volumes that can be used, by id, and by name the sentence why the others cannot."""
    usable: list[OpenVolume] = []
    broken: dict[str, str] = {}
    for row in Volume.objects.filter(enabled=True).order_by("pk"):
        try:
            usable.append(open_volume(row))
        except StorageError as error:
            broken[row.name] = str(error)
    return usable, broken
