"""Keeps the gaps of one stream: when it is not recorded although it should be, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.media.clock import Clock
from core.recording import queries
from core.recording.entries import INTENDED, GapEntry, GapReason

SHORTEST_MS = 250
"""A shorter interruption is none: the timeline joins over it."""

RENEW_MS = 15_000
"""How often the end of an intended gap is written anew, so that after a crash it is known how far the intent held."""

Put = Callable[[GapEntry], None]


@dataclass(frozen=True, slots=True)
class Past:
    """What the index knows of a stream from before its keeper was made: the end of its newest segment or gap, and gaps
    that are not over, the newest first.
    """

    until_ms: int | None = None
    open_gaps: tuple[GapEntry, ...] = ()


def read_past(camera_id: int, stream: int, before_ms: int) -> Past:
    """Ask the index; blocks."""
    gaps = (
        GapEntry(row.camera_id, row.stream, row.start_ms, GapReason(row.reason), row.detail, row_id=row.pk)
        for row in queries.open_gaps(camera_id, stream, before_ms)
    )
    return Past(queries.known_until(camera_id, stream, before_ms), tuple(gaps))


class GapKeeper:
    """Told of losses and recordings on the loop; hands gap entries to the index by `put`.

    `resume` tells it the past, which is known only once adoption is through; recording may have begun long before.
    """

    def __init__(self, camera_id: int, stream: int, put: Put, clock: Clock) -> None:
        self._camera_id = camera_id
        self._stream = stream
        self._put = put
        self._clock = clock
        self.end_ms: int | None = None  # up to where the stream is recorded
        self._first_ms: int | None = None  # where this process began to record
        self._gap: GapEntry | None = None
        self._wanted = True
        self.since_ms = clock.wall_ms()

    def resume(self, past: Past) -> None:
        """Account for the time between the past and the first recording, or the first loss, of this process."""
        until = self._first_ms
        if until is None and self._gap is not None:
            until = self._gap.start_ms
        gap = past.open_gaps[0] if past.open_gaps else None
        for older in past.open_gaps[1:]:  # a crash came between the end of one and the begin of the next
            self._end(older, past.open_gaps[0].start_ms)
        if gap is None and past.until_ms is not None and self._wanted:
            gap = GapEntry(self._camera_id, self._stream, past.until_ms, GapReason.RECORDER_DOWN)
        if gap is None:
            return
        if not self._wanted:
            self._end(gap, self.since_ms)
        elif until is not None:
            self._end(gap, until)
        elif self._gap is None:
            self._gap = gap
            self._put(gap)

    def lost(self, reason: GapReason, detail: str = "") -> None:
        """The stream is not recorded from where it ended on. A gap that goes on keeps the reason it began with, but
        the camera's refusal, or being switched off, is news.
        """
        begin = self._begin_of_gap()
        self._wanted = True
        news = reason in (GapReason.AUTH, GapReason.DISABLED)
        down = (GapReason.RECORDER_DOWN, GapReason.DISABLED, *INTENDED)
        if self._gap is not None:
            if self._gap.reason == reason or not (news or self._gap.reason in down):
                return
            self._end(self._gap, self._clock.wall_ms())
            self._begin(self._clock.wall_ms(), reason, detail)
        else:
            self._begin(begin, reason, detail)

    def recorded(self, start_ms: int) -> None:
        """A segment begins; what lay between is over."""
        self._wanted = True
        if self._first_ms is None:
            self._first_ms = start_ms
        if self._gap is None and self.end_ms is not None and start_ms - self.end_ms >= SHORTEST_MS:
            self._begin(self.end_ms, GapReason.OFFLINE, "The camera sent no pictures.")
        if self._gap is not None:
            self._end(self._gap, start_ms)
            self._gap = None

    def idle(self, reason: GapReason) -> None:
        """By intention nothing is recorded from here on, for one of INTENDED."""
        begin = self._begin_of_gap()
        self._wanted = True
        if self._gap is None:
            self._begin(begin, reason, "")
        elif self._gap.reason is not reason:
            self._end(self._gap, self._clock.wall_ms())
            self._begin(self._clock.wall_ms(), reason, "")

    def renew(self, every_ms: int = RENEW_MS) -> None:
        """Called every few seconds: an intended gap has lasted until now. It is written when so much is new."""
        gap, now = self._gap, self._clock.wall_ms()
        if gap is not None and gap.reason in INTENDED and now - (gap.end_ms or gap.start_ms) >= every_ms:
            gap.end_ms = now
            self._put(gap)

    def missing(self, start_ms: int, end_ms: int, reason: GapReason, detail: str) -> None:
        """A stretch that had counted as recorded turned out not to be."""
        gap = GapEntry(self._camera_id, self._stream, start_ms, reason, detail)
        self._end(gap, end_ms)

    def unwanted(self) -> None:
        """The stream is not to be recorded any more: that is no gap."""
        if self._gap is not None:
            self._end(self._gap, self._clock.wall_ms())
            self._gap = None
        self.end_ms = None
        self._wanted = False

    def reached(self, end_ms: int) -> None:
        """The stream is recorded up to here."""
        self.end_ms = end_ms

    def _begin_of_gap(self) -> int:
        if not self._wanted:
            return self._clock.wall_ms()
        return self.since_ms if self.end_ms is None else self.end_ms

    def _begin(self, start_ms: int, reason: GapReason, detail: str) -> None:
        self._gap = GapEntry(self._camera_id, self._stream, start_ms, reason, detail)
        self._put(self._gap)

    def _end(self, gap: GapEntry, at_ms: int) -> None:
        gap.end_ms = at_ms
        gap.void = at_ms - gap.start_ms < SHORTEST_MS
        self._put(gap)
