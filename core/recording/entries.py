"""What the recorder tells the index: segments and gaps as they stand now.

An entry is handed to the index again whenever it has changed; the index writes its newest state. One thread at a time
changes an entry (first the volume's writer, then its settler); the index thread only reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.media.fragments import EMPTY, NONE, Fragment, following
from core.media.units import Track
from core.recording.keys import SegmentName, header, object_key
from core.recording.models import State


class GapReason(StrEnum):
    """Why a stream was not recorded."""

    OFFLINE = "offline"
    STALLED = "stalled"
    AUTH = "auth"
    DISK_FULL = "disk_full"
    STORAGE_FAILED = "storage_failed"
    STORAGE_SLOW = "storage_slow"
    RECORDER_DOWN = "recorder_down"
    DISABLED = "disabled"
    NO_EVENT = "no_event"
    NOT_SCHEDULED = "not_scheduled"


INTENDED = (GapReason.NO_EVENT, GapReason.NOT_SCHEDULED)
"""Nothing is wrong: the camera's mode says that nothing is recorded then."""


@dataclass(slots=True)
class SegmentEntry:
    """A segment on its way into the index.

    header_size: bytes before the first fragment. now: (end in UTC ms, bytes, index of the fragments), replaced as a
    whole by each that is added, for it is written every second. edge: fetched from what the camera keeps. indexed: set
    by the index once the row is there. id: the row's. Raises ValueError for a name that the index cannot hold.
    """

    name: SegmentName
    volume_id: int
    tracks: tuple[Track, ...]
    header_size: int
    state: State = State.OPEN
    edge: bool = False
    indexed: bool = False
    id: int = field(init=False)
    now: tuple[int, int, bytes] = (0, 0, b"")
    _last: Fragment = NONE

    def __post_init__(self) -> None:
        self.id = self.name.id
        if self.empty:
            self.now = self.name.start_ms, self.header_size, b""

    @property
    def key(self) -> str:
        """Where its object lies."""
        return object_key(self.name)

    @property
    def empty(self) -> bool:
        """Whether it has no fragment yet."""
        return not self.now[2]

    @property
    def end_ms(self) -> int:
        """UTC ms up to which it has been written."""
        return self.now[0]

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self.now[1]

    def begin_later(self) -> bytes:
        """Move to the next ms, as the name is taken; returns the file's header anew. Before anything was added."""
        self.name = self.name._replace(start_ms=self.name.start_ms + 1)
        self.id = self.name.id
        self.now = self.name.start_ms, self.header_size, b""
        return header(self.name, self.tracks, edge=self.edge)

    def add(self, fragment: Fragment) -> None:
        """A further fragment has been written."""
        encoded = (self.now[2] or EMPTY) + following(self._last, fragment)
        self._last = fragment
        self.now = self.name.start_ms + fragment.end_ms, fragment.offset + fragment.size, encoded

    def close(self, end_ms: int | None = None) -> None:
        """Nothing more will be added. end_ms: where the next segment follows on, when that is known."""
        if end_ms is not None:
            self.now = end_ms, *self.now[1:]
        self.state = State.CLOSED


@dataclass(slots=True)
class GapEntry:
    """A gap on its way into the index. end_ms None while it lasts; void: it turned out to be none, remove it."""

    camera_id: int
    stream: int
    start_ms: int
    reason: GapReason
    detail: str = ""
    end_ms: int | None = None
    void: bool = False
    row_id: int | None = None
