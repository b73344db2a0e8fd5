"""Bringing recordings back: a copied segment describes itself, so it goes back to a volume and into the index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core.backup.models import Restore, State
from core.cameras.queries import cameras
from core.hookspecs.backup import BackupTarget
from core.hookspecs.storage import ObjectWriter, StorageError
from core.media.clock import Clock
from core.media.mp4.reader import scan
from core.recording.adoption import read_entry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName, object_key, stream_number
from core.recording.queries import segment_at
from core.recording.store import write_batch
from core.recording.volumes import OpenVolume

log = logging.getLogger("eyrie.backup")
HEAD = 256 * 1024
"""Bytes in which a segment's description lies."""

READ = 8 * 1024 * 1024


class NotRestored(Exception):
    """A file cannot be brought back; one sentence."""


def next_restore(target_id: int) -> Restore | None:
    """The oldest that waits, or was interrupted: one courier serves the target, so nobody else works on it."""
    return Restore.objects.filter(target_id=target_id, state__in=[State.WAITING, State.COPYING]).order_by("pk").first()


def restore(
    row: Restore,
    target: BackupTarget,
    volumes: Sequence[OpenVolume],
    clock: Clock,
    note: Callable[[int], None],
) -> None:
    """Bring one segment back and note in its row how it went. Raises BackupError when the target is in trouble, and
    what `note` raises; then it is begun anew.
    """
    Restore.objects.filter(pk=row.pk).update(state=State.COPYING)
    try:
        name = _name(row.path, target)
        end_ms = _bring(name, row.path, target, volumes, note)
    except (NotRestored, StorageError) as error:
        Restore.objects.filter(pk=row.pk).update(state=State.FAILED, error=str(error)[:500], done_ms=clock.wall_ms())
        log.warning("%s could not be restored: %s", row.path, error)
        return
    Restore.objects.filter(pk=row.pk).update(
        state=State.DONE,
        camera_id=name.camera_id,
        start_ms=name.start_ms,
        end_ms=end_ms,
        error="",
        done_ms=clock.wall_ms(),
    )


def held(camera_id: int, start_ms: int, now_ms: int) -> bool:
    """Whether a segment was brought back and is still to be kept."""
    rows = Restore.objects.filter(camera_id=camera_id, start_ms=start_ms, state=State.DONE, keep_until_ms__gt=now_ms)
    return rows.exists()


def _name(path: str, target: BackupTarget) -> SegmentName:
    """Which segment a file at the target is, by its own description."""
    size = target.size(path)
    if size is None:
        raise NotRestored(f"{path} is not there any more.")
    head = b"".join(target.read(path, 0, min(HEAD, size)))
    try:
        meta = scan(lambda offset, length: head[offset : offset + length]).meta
        name = SegmentName(meta.camera, stream_number(meta.stream), meta.start_ms)
        known = name.id
    except ValueError:
        raise NotRestored(f"{path} is no recording of Eyrie's; clips and pictures can be downloaded instead.") from None
    if not cameras().filter(pk=name.camera_id).exists():
        raise NotRestored(f"{path} is of camera {name.camera_id}, which is not here; download it instead.")
    found = segment_at(*_moment(name))
    if found is not None and found.id == known:
        raise NotRestored(f"{path} is still here: its recording was not deleted.")
    return name


def _moment(name: SegmentName) -> tuple[int, int, int]:
    return name.camera_id, name.start_ms, name.stream


def _bring(
    name: SegmentName, path: str, target: BackupTarget, volumes: Sequence[OpenVolume], note: Callable[[int], None]
) -> int:
    """Write the object, then the row, then give the object its place, as adoption does; the segment's end."""
    if not volumes:
        raise NotRestored("No volume can be written to.")
    volume = max(volumes, key=lambda one: one.storage.space().free)
    key, size = object_key(name), target.size(path) or 0
    if volume.storage.space().free - volume.reserve_bytes < size:
        raise NotRestored("No volume has room for it; delete recordings or add a volume.")
    writer = volume.storage.resume(key, 0) if key in volume.storage.unfinished() else volume.storage.create(key)
    _fill(writer, path, size, target, note)
    try:
        found = read_entry(volume, key)
    except ValueError:
        found = None
    if found is None or found[1] != size:
        volume.storage.delete(key)
        raise NotRestored(f"{path} is damaged; it was not brought back.")
    write_batch([found[0]], [], FormatIds())
    volume.storage.resume(key, size).commit()
    return found[0].end_ms


def _fill(writer: ObjectWriter, path: str, size: int, target: BackupTarget, note: Callable[[int], None]) -> None:
    """All bytes of the file into the object, which stays unfinished."""
    done = False
    try:
        for start in range(0, size, READ):
            for piece in target.read(path, start, min(READ, size - start)):
                writer.append(piece)
                note(len(piece))
        done = True
    finally:
        if done:
            writer.release()
        else:
            writer.abort()
