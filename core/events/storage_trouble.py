"""Volumes that run full although retention makes room: events `storage.nearly_full` that last until there is room."""

from __future__ import annotations

from core.events.models import StoredEvent
from core.events.services import close, record
from core.hookspecs.storage import StorageError, VolumeSpace
from core.recording.volumes import OpenVolume, open_volumes

TYPE = "storage.nearly_full"
FLOOR_SHARE = 100
"""As core.health.volumes tells it: less than this part of a volume is free, and less than half of what is reserved."""


def keep_in_step(now_ms: int) -> None:
    """Record the volumes that have become full, and end the events of those that have room. Blocks on the disks."""
    lasting = {row.attributes["volume"]: row.pk for row in StoredEvent.objects.filter(type=TYPE, end_ms=None)}
    for volume in open_volumes()[0]:
        try:
            space = volume.storage.space()
        except StorageError:
            continue  # told as storage.volume_failed by who records onto it
        full = _full(volume, space)
        if full and volume.name not in lasting:
            record(TYPE, None, now_ms, attributes={"volume": volume.name, "free": space.free, "total": space.total})
        elif not full and volume.name in lasting:
            close(lasting[volume.name], now_ms)


def _full(volume: OpenVolume, space: VolumeSpace) -> bool:
    return space.free < min(volume.reserve_bytes / 2, space.total / FLOOR_SHARE)
