"""Comparing volumes with the index, and mending the index from the files, which describe themselves.

Memory stays flat: keys and rows are taken in batches. Safe beside recording: open segments are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from core.hookspecs.storage import StorageError
from core.recording.adoption import read_entry
from core.recording.formats import FormatIds
from core.recording.keys import parse_key
from core.recording.models import Piece, Segment, State
from core.recording.store import write_batch
from core.recording.volumes import OpenVolume

BATCH = 500
SHOWN = 20


@dataclass(slots=True)
class Findings:
    """What a check met: counts, and the first few sentences of each kind."""

    objects: int = 0
    rows: int = 0
    unindexed: int = 0
    missing: int = 0
    wrong_size: int = 0
    foreign: int = 0
    unreadable: int = 0
    repaired: int = 0
    sentences: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing is wrong, or all of it has been mended."""
        return self.unindexed + self.missing + self.wrong_size + self.unreadable <= self.repaired

    def say(self, sentence: str) -> None:
        """Keep a sentence, the first few only."""
        if len(self.sentences) < SHOWN:
            self.sentences.append(sentence)


class Check:
    """One pass over one volume."""

    def __init__(self, volume: OpenVolume, *, repair: bool = False) -> None:
        self._volume = volume
        self._repair = repair
        self._formats = FormatIds()
        self.findings = Findings()

    def run(self) -> Findings:
        """Look at each object, then at each row. Raises StorageError when the volume cannot be listed."""
        for keys in _batches(self._volume.storage.keys()):
            self._objects(keys)
        self._rows()
        return self.findings

    def _objects(self, keys: list[str]) -> None:
        names = {key: name for key in keys if (name := parse_key(key)) is not None}
        self.findings.objects += len(keys)
        for key in keys:
            if key not in names:
                self.findings.foreign += 1
                self.findings.say(f"{key}: is not of Eyrie's making; it is left alone.")
        starts = [name.start_ms for name in names.values()]
        cameras = {name.camera_id for name in names.values()}
        rows = Segment.objects.filter(camera_id__in=cameras, start_ms__in=starts)
        known = {
            (camera, stream, start): size
            for camera, stream, start, size in rows.values_list("camera_id", "stream", "start_ms", "size")
        }
        for key, name in names.items():
            if name not in known:
                self.findings.unindexed += 1
                self._index(key, "is on the volume but not in the index")
            elif known[name] != self._size(key):
                self.findings.wrong_size += 1
                self._index(key, "has another size than the index says")

    def _size(self, key: str) -> int:
        try:
            return self._volume.storage.size(key)
        except StorageError:
            return -1  # deleted in this moment: its row goes the same way

    def _index(self, key: str, what: str) -> None:
        self.findings.say(f"{key}: {what}.")
        if not self._repair:
            return
        try:
            found = read_entry(self._volume, key)
        except (StorageError, ValueError) as error:
            self.findings.unreadable += 1
            self.findings.say(f"{key}: {error}")
            return
        if found is not None:
            write_batch([found[0]], [], self._formats)
            self.findings.repaired += 1

    def _rows(self) -> None:
        after = 0
        while True:
            rows = Piece.objects.filter(pk__gt=after, volume_id=self._volume.id, segment__state=State.CLOSED)
            pieces = list(rows.order_by("pk").values_list("pk", "key", "segment_id")[:BATCH])
            for _, key, segment_id in pieces:
                self.findings.rows += 1
                if self._size(key) < 0:
                    self._forget(key, segment_id)
            if len(pieces) < BATCH:
                return
            after = pieces[-1][0]

    def _forget(self, key: str, segment_id: int) -> None:
        self.findings.missing += 1
        self.findings.say(f"{key}: is in the index but not on the volume.")
        if self._repair:
            Piece.objects.filter(segment_id=segment_id).delete()
            Segment.objects.filter(pk=segment_id).delete()
            self.findings.repaired += 1


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, BATCH)):
        yield batch
