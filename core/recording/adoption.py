"""After a crash: take up what was left unfinished, so that index and volumes agree again.

For each unfinished object: a row that is CLOSED only lacks the rename; else the file itself says what it holds, is cut
after its last whole fragment and indexed; one without a whole fragment goes. OPEN rows without any object go too.
What is left over is listed before recording begins (one small directory, one small index), so that adoption may then
run beside it and never meets a segment of the present process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.hookspecs.storage import Storage, StorageError
from core.media.fragments import encode
from core.media.mp4.reader import scan
from core.recording.entries import GapEntry, GapReason, SegmentEntry
from core.recording.formats import FormatIds
from core.recording.ids import camera_of, piece_id
from core.recording.keys import SegmentName, parse_key, piece_key
from core.recording.models import UNSETTLED, Piece, Segment, State
from core.recording.queries import known_until, open_gaps
from core.recording.store import remove_rows, write_batch
from core.recording.volumes import OpenVolume

log = logging.getLogger("eyrie.recording.adoption")

Mine = Callable[[int], bool]
"""Whether a camera id belongs to this recorder."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What the previous life left: unfinished objects, and OPEN rows, of this recorder's cameras.

    at_start: listed before this life recorded anything; else from a volume that has come back meanwhile.
    """

    objects: list[tuple[OpenVolume, str]]
    rows: list[int]
    at_start: bool


def leftovers(volumes: Iterable[OpenVolume], mine: Mine, *, at_start: bool = True) -> Leftovers:
    """List what is left over. Call it before recording begins on these volumes; at start, before it begins at all."""
    objects = [
        (volume, key)
        for volume in volumes
        for key in volume.storage.unfinished()
        if (name := parse_key(key)) is not None and mine(name.camera_id)
    ]
    rows = Segment.objects.filter(UNSETTLED, state=State.OPEN).values_list("pk", flat=True) if at_start else ()
    return Leftovers(objects, [pk for pk in rows if mine(camera_of(pk))], at_start)


def adopt(left: Leftovers, volumes: Sequence[OpenVolume]) -> int:
    """Put everything right; returns how many segments were taken up. A volume's trouble is logged, and left."""
    adopted = 0
    for volume, key in left.objects:
        try:
            adopted += _adopt_object(volume, key, left.at_start)
        except StorageError as error:
            log.error("%s cannot be adopted: %s", key, error)
    _settle_rows(left.rows, {volume.id: volume for volume in volumes})
    if adopted:
        log.info("Took up %d unfinished segments.", adopted)
    return adopted


def read_entry(volume: OpenVolume, key: str) -> tuple[SegmentEntry, int] | None:
    """A closed entry made from the object itself, and its bytes up to the end of its last whole fragment.

    None when the object holds no whole fragment. Raises StorageError, and ValueError when it is no segment of ours.
    """
    name = parse_key(key)
    if name is None:
        raise ValueError(f"{key} is no segment's key")
    found = scan(_reader(volume.storage, key))
    if not found.fragments:
        return None
    first = found.fragments[0].offset
    last = found.fragments[-1]
    now = name.start_ms + last.end_ms, last.offset + last.size, encode(found.fragments)
    entry = SegmentEntry(name, volume.id, found.meta.tracks, first, State.CLOSED, found.meta.edge, now=now)
    return entry, found.valid


def _reader(storage: Storage, key: str) -> Callable[[int, int], bytes]:
    return lambda offset, length: storage.read(key, offset, length)


def _adopt_object(volume: OpenVolume, key: str, at_start: bool) -> bool:
    name = parse_key(key)
    row = _row(name) if name is not None else None
    if row is not None and row.state == State.CLOSED and row.size <= volume.storage.size(key):
        volume.storage.resume(key, row.size).commit()
        return True
    try:
        found = read_entry(volume, key)
    except ValueError:
        found = None  # not even its description was written
    if found is None or (row is not None and row.state == State.DELETING):
        volume.storage.delete(key)
        remove_rows([row.pk] if row is not None else [])
        if found is None and name is not None and at_start:
            _note_loss(name)
        return False
    entry, length = found
    volume.storage.resume(key, length).release()
    write_batch([entry], [], FormatIds())
    volume.storage.resume(key, length).commit()
    return True


def _note_loss(name: SegmentName) -> None:
    """A recorder that was killed before its first fragment was whole had begun to record: from there on is a gap, which
    ends where the present one begins.
    """
    if open_gaps(*name):
        return  # it goes on, that recording having come to nothing
    known = known_until(*name)
    begin = name.start_ms if known is None else min(known, name.start_ms)
    write_batch([], [GapEntry(name.camera_id, name.stream, begin, GapReason.RECORDER_DOWN)], FormatIds())


def _row(name: SegmentName) -> Segment | None:
    return Segment.objects.filter(pk=name.id).first()


def _settle_rows(rows: Sequence[int], volumes: dict[int, OpenVolume]) -> None:
    """OPEN rows whose object was not among the unfinished ones."""
    for row in Segment.objects.filter(pk__in=rows, state=State.OPEN):
        piece = Piece.objects.filter(pk=piece_id(row.pk)).first()
        volume = volumes.get(piece.volume_id) if piece is not None else None
        if piece is not None and volume is None:
            continue  # its volume is away: nothing is known about it
        if piece is None or volume is None or not _reindex_finished(volume, piece_key(piece)):
            remove_rows([row.pk])


def _reindex_finished(volume: OpenVolume, key: str) -> bool:
    """Index an object that was finished although its row does not know; False when it is not there."""
    try:
        found = read_entry(volume, key)
    except (StorageError, ValueError):
        return False
    if found is None:
        return False
    write_batch([found[0]], [], FormatIds())
    return True
