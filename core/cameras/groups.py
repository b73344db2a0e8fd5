"""Groups of cameras: what changes them, and who is in which."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.cameras.drivers import CameraError
from core.cameras.models import Camera, CameraGroup
from core.system import audit


def groups() -> QuerySet[CameraGroup]:
    """All groups by name."""
    return CameraGroup.objects.prefetch_related("cameras")


def members_of(group_ids: Collection[int]) -> dict[int, set[int]]:
    """Ids of the cameras of each of these groups: one query, none where there is nothing to ask."""
    found: dict[int, set[int]] = {group: set() for group in group_ids}
    if found:
        rows = CameraGroup.cameras.through.objects.filter(cameragroup__in=found)
        for group, camera in rows.values_list("cameragroup", "camera"):
            found[group].add(camera)
    return found


def save_group(
    row: CameraGroup, name: str | None, camera_ids: Sequence[int] | None, *, actor: str, address: str = ""
) -> CameraGroup:
    """Keep a new or changed group; what is None stays. Raises CameraError with what to mend, by field."""
    before = _shown(row) if row.pk else None
    row.name = row.name if name is None else name
    if camera_ids is not None:
        known = set(Camera.objects.filter(pk__in=camera_ids).values_list("pk", flat=True))
        if missing := [str(one) for one in camera_ids if one not in known]:
            raise CameraError({"cameras": [f"there is no camera {', '.join(missing)}."]})
    try:
        with transaction.atomic():
            row.save()
            if camera_ids is not None:
                row.cameras.set(camera_ids)
            verb = "add" if before is None else "change"
            audit.record(actor, f"group.{verb}", f"group:{row.pk}", before=before, after=_shown(row), address=address)
    except IntegrityError as error:
        raise CameraError({"name": [f"there is a group named {row.name!r} already; choose another."]}) from error
    return row


def delete_group(row: CameraGroup, *, actor: str, address: str = "") -> None:
    """Forget a group; its cameras stay."""
    with transaction.atomic():
        audit.record(actor, "group.delete", f"group:{row.pk}", before=_shown(row), address=address)
        row.delete()


def _shown(row: CameraGroup) -> dict[str, object]:
    return {"name": row.name, "cameras": sorted(row.cameras.values_list("pk", flat=True))}
