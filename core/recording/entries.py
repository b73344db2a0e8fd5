"""What the recorder tells the index: segments and gaps as they stand now.

An entry is handed to the index again whenever it has changed; the index writes its newest state. One thread at a time
changes an entry (first the volume's writer, then its settler); the index thread only reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.media.fragments import Fragment, encode
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

    header_size: bytes before the first fragment. fragments: rises while the segment is open; emptied by `close`, which
    keeps the encoded form only. indexed: set by the index once the row is there. id: the row's. Raises ValueError for a
    name that the index cannot hold.
    """

    name: SegmentName
    volume_id: int
    tracks: tuple[Track, ...]
    header_size: int
    fragments: list[Fragment] = field(default_factory=list)
    state: State = State.OPEN
    end_ms: int = 0
    size: int = 0
    encoded: bytes = b""
    indexed: bool = False
    id: int = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.name.id

    @property
    def key(self) -> str:
        """Where its object lies."""
        return object_key(self.name)

    def begin_later(self) -> bytes:
        """Move to the next ms, as the name is taken; returns the file's header anew. Before anything was added."""
        self.name = self.name._replace(start_ms=self.name.start_ms + 1)
        self.id = self.name.id
        return header(self.name, self.tracks)

    def add(self, fragment: Fragment) -> None:
        """A further fragment has been written."""
        self.fragments.append(fragment)

    def close(self, end_ms: int | None = None) -> None:
        """Nothing more will be added. end_ms: where the next segment follows on, when that is known."""
        media_end, self.size, self.encoded = self.snapshot()
        self.end_ms = media_end if end_ms is None else end_ms
        self.state = State.CLOSED
        self.fragments = []

    def snapshot(self) -> tuple[int, int, bytes]:
        """(end_ms, size, encoded fragments) as they stand now; safe while another thread adds."""
        fragments = self.fragments  # before the state: `close` replaces the list, it never empties it
        if self.state != State.OPEN:
            return self.end_ms, self.size, self.encoded
        fragments = fragments[:]
        if not fragments:
            return self.name.start_ms, self.header_size, b""
        last = fragments[-1]
        return self.name.start_ms + last.end_ms, last.offset + last.size, encode(fragments)


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
