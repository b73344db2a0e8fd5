"""What is recorded of one item of an export: files to make, what they are made of, and what is missing and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from core.hookspecs.storage import StorageError
from core.media.fragments import Fragment, cover
from core.media.mp4.assemble import Piece, VirtualMp4
from core.recording import queries
from core.recording.reading import Place

FILE_MS = 6 * 3_600_000
"""A longer range becomes several files: its fragment index stays small in memory, and players open it at once."""

Read = Callable[[Place, int, int], bytes]


class Item(TypedDict):
    """What somebody asked for: one camera, one stream, one range. name: the camera's when it was asked; masks: what
    is covered, silent: that there is no sound; `request_export` fills both in.
    """

    camera: int
    name: str
    stream: int
    start_ms: int
    end_ms: int
    masks: NotRequired[list[Any]]
    silent: NotRequired[bool]


class Hole(TypedDict):
    """A time of which a file shows nothing."""

    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a file takes of one segment. start_ms, end_ms: UTC."""

    segment: int
    start_ms: int
    end_ms: int
    piece: Piece[Place]


@dataclass(slots=True)
class Footage:
    """One file to make. Its media time is continuous: `parts` tell which wall time is shown when."""

    item: Item
    parts: list[Part]
    holes: list[Hole] = field(default_factory=list)

    @property
    def start_ms(self) -> int:
        """When its first picture was taken: that of the keyframe at or before the start that was asked for."""
        return self.parts[0].start_ms

    @property
    def end_ms(self) -> int:
        """Where it ends."""
        return self.parts[-1].end_ms

    def file(self) -> VirtualMp4[Place]:
        """The file itself, of the camera's own bytes."""
        return VirtualMp4([part.piece for part in self.parts], silent=bool(self.item.get("silent")))

    def size(self) -> int:
        """About how many bytes of media it has."""
        return sum(fragment.size for part in self.parts for fragment in part.piece.fragments())

    def wall_clock(self) -> Callable[[int], int]:
        """From ms of the file's media time to UTC ms."""
        begins, total = [], 0
        for part in self.parts:
            begins.append(total)
            total += part.end_ms - part.start_ms

        def at(media_ms: int) -> int:
            number = max(bisect_right(begins, media_ms) - 1, 0)
            return self.parts[number].start_ms + media_ms - begins[number]

        return at


def footages(item: Item, read: Read, missing: Collection[int]) -> Iterator[Footage]:
    """The files of an item, each planned when it is asked for; those with nothing recorded are left out.

    missing: segments that could not be read before; more are added where a look at the disk says so.
    """
    for start_ms in range(item["start_ms"], item["end_ms"], FILE_MS):
        end_ms = min(start_ms + FILE_MS, item["end_ms"])
        found = _footage(item, start_ms, end_ms, read, missing)
        if found.parts:
            yield found


def holes_of(item: Item, parts: list[Part], start_ms: int, end_ms: int) -> list[Hole]:
    """The times of [start_ms, end_ms) that no part shows, each with the reason that the index knows."""
    gaps = queries.timelines([item["camera"]], start_ms, end_ms, item["stream"])[item["camera"]].gaps
    found: list[Hole] = []
    at = start_ms
    for begin, end in [*((part.start_ms, part.end_ms) for part in parts), (end_ms, end_ms)]:
        if begin - at >= queries.JOIN_MS:
            reasons = [gap.reason for gap in gaps if gap.start_ms < begin and (gap.end_ms is None or gap.end_ms > at)]
            why = (reasons or ["not recorded"])[0]
            found.append(Hole(start_ms=at, end_ms=begin, reason=why))
        at = max(at, end)
    return found


def _footage(item: Item, start_ms: int, end_ms: int, read: Read, missing: Collection[int]) -> Footage:
    parts, lost = [], []
    for segment in queries.segments(item["camera"], start_ms, end_ms, item["stream"]):
        part = _part(segment, start_ms, end_ms)
        if part is None:
            continue
        if segment.id in missing or not _is_readable(part, read):
            lost.append((part.start_ms, part.end_ms))
        else:
            parts.append(part)
    holes = holes_of(item, parts, start_ms, end_ms)
    for hole in holes:
        if any(begin < hole["end_ms"] and end > hole["start_ms"] for begin, end in lost):
            hole["reason"] = "unreadable"
    return Footage(item, parts, holes)


def _part(segment: queries.StoredSegment, start_ms: int, end_ms: int) -> Part | None:
    fragments = segment.fragments()
    first, last = cover(fragments, start_ms - segment.start_ms, end_ms - segment.start_ms)
    if first == last:
        return None
    piece = Piece(segment.place, segment.tracks, segment.encoded, first, last)
    begin, end = fragments[first].start_ms, fragments[last - 1].end_ms
    return Part(segment.id, segment.start_ms + begin, segment.start_ms + end, piece)


def _is_readable(part: Part, read: Read) -> bool:
    """Whether the first and the last byte are there: a file that is gone or cut short is found before it matters."""
    fragments: list[Fragment] = part.piece.fragments()
    end = fragments[-1].offset + fragments[-1].size
    try:
        return len(read(part.piece.source, fragments[0].offset, 1)) == 1 == len(read(part.piece.source, end - 1, 1))
    except StorageError:
        return False
