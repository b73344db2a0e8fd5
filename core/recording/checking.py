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
from core.recording.keys import parse_key, piece_key
from core.recording.models import Piece, Segment, State
from core.recording.store import remove_rows, write_batch
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
        ids = {key: name.id for key, name in names.items()}
        known = dict(Segment.objects.filter(pk__in=ids.values()).values_list("pk", "size"))
        for key, segment in ids.items():
            if segment not in known:
                self.findings.unindexed += 1
                self._mend(key, segment, "is on the volume but not in the index")
            elif self._size(key) not in (known[segment], -1):
                self.findings.wrong_size += 1
                self._mend(key, segment, "has another size than the index says")

    def _size(self, key: str) -> int:
        try:
            return self._volume.storage.size(key)
        except StorageError:
            return -1  # there is none, or it is being deleted in this moment

    def _mend(self, key: str, segment: int, what: str) -> None:
        self.findings.say(f"{key}: {what}.")
        if not self._repair:
            return
        try:
            self._index(key, segment)
        except (StorageError, ValueError) as error:
            self.findings.unreadable += 1
            self.findings.say(f"{key}: {error}")
        else:
            self.findings.repaired += 1

    def _index(self, key: str, segment: int) -> None:
        """Index an object as it describes itself; its torn end, which nothing can play, is cut off."""
        found = read_entry(self._volume, key)
        if found is None:
            self.findings.say(f"{key}: holds nothing whole; it is removed.")
            self._volume.storage.delete(key)
            remove_rows([segment])
            return
        entry, length = found
        if length < self._volume.storage.size(key):
            self._volume.storage.resume(key, length).commit()
        write_batch([entry], [], self._formats)

    def _rows(self) -> None:
        after = -1
        while True:
            pieces = list(Piece.objects.filter(pk__gt=after, volume_id=self._volume.id).order_by("pk")[:BATCH])
            wanted = Segment.objects.filter(pk__in=[piece.segment_id for piece in pieces], state=State.CLOSED)
            closed = set(wanted.values_list("pk", flat=True))
            for piece in pieces:
                if piece.segment_id in closed:
                    self._row(piece)
            if len(pieces) < BATCH:
                return
            after = pieces[-1].pk

    def _row(self, piece: Piece) -> None:
        self.findings.rows += 1
        key = piece_key(piece)
        if self._size(key) >= 0:
            return
        self.findings.missing += 1
        self.findings.say(f"{key}: is in the index but not on the volume.")
        if self._repair:
            remove_rows([piece.segment_id])
            self.findings.repaired += 1


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, BATCH)):
        yield batch
