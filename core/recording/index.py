"""The thread that writes the index about once a second, so that neither the loop nor a volume waits for a database.

What waits is kept as the newest state of each segment and gap, so a database that is away costs memory only for
segments that end meanwhile, and those are bounded: the oldest are let go, and stay among the volume's unfinished
objects until the next start adopts them. Nothing recorded is lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from django.db import Error, InterfaceError, OperationalError, connections

from core.recording.entries import GapEntry, SegmentEntry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName
from core.recording.models import State
from core.recording.router import index_alias
from core.recording.store import write_batch

log = logging.getLogger("eyrie.recording.index")

INTERVAL = 1.0
RETRY = (1.0, 2.0, 5.0, 10.0)
BACKLOG = 10_000
BATCH = 500

Written = Callable[[], None]


class IndexWriter:
    """Takes entries from any thread. `written` of a closed segment runs in the index thread once its row is there."""

    def __init__(self, *, interval: float = INTERVAL, backlog: int = BACKLOG) -> None:
        self._interval = interval
        self._backlog = backlog
        self._wake = threading.Condition()
        self._segments: dict[SegmentName, tuple[SegmentEntry, Written | None]] = {}
        self._gaps: dict[int, GapEntry] = {}
        self._formats = FormatIds()
        self._stopping = False
        self._hurry = False
        self._failures = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="index-writer", daemon=True)

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def put_segment(self, entry: SegmentEntry, written: Written | None = None) -> None:
        """The entry is new or has changed."""
        with self._wake:
            self._segments[entry.name] = (entry, written)
            if len(self._segments) > self._backlog:
                self._let_go_oldest()

    def put_gap(self, entry: GapEntry) -> None:
        """The gap is new or has changed."""
        with self._wake:
            self._gaps[id(entry)] = entry  # the dictionary holds it, so its id is not given away

    def flush(self) -> None:
        """Write what waits now instead of at the next second."""
        with self._wake:
            self._hurry = True
            self._wake.notify()

    def stop(self, timeout: float) -> bool:
        """Write what waits and end; False when the database did not take it in time."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive() and not self._segments and not self._gaps

    def _let_go_oldest(self) -> None:
        oldest = next((name for name, (entry, _) in self._segments.items() if entry.state == State.CLOSED), None)
        if oldest is None:
            return
        del self._segments[oldest]
        self._dropped += 1
        if self._dropped == 1:
            log.error(
                "The index is away for long; the oldest segments stay unfinished until the next start adopts them."
            )

    def _run(self) -> None:
        try:
            while self._wait():
                self._write()
            self._write()
        finally:
            connections.close_all()

    def _wait(self) -> bool:
        """Sleep until there is work; False when it is time to end."""
        pause = self._interval if not self._failures else RETRY[min(self._failures, len(RETRY)) - 1]
        with self._wake:
            self._wake.wait_for(lambda: self._stopping or (self._hurry and not self._failures), pause)
            self._hurry = False
            return not self._stopping

    def _write(self) -> None:
        segments, gaps = self._take()
        while segments or gaps:
            batch, segments = segments[:BATCH], segments[BATCH:]
            try:
                self._write_one(batch, gaps)
            except (OperationalError, InterfaceError) as error:
                self._put_back(batch + segments, gaps)
                self._failed(error)
                return
            gaps = []
        if self._failures:
            log.warning("The index takes segments again.")
            self._failures = self._dropped = 0

    def _write_one(self, batch: list[tuple[SegmentEntry, Written | None]], gaps: list[GapEntry]) -> None:
        try:
            write_batch([entry for entry, _ in batch], gaps, self._formats)
        except (OperationalError, InterfaceError):
            raise
        except Error as error:
            if len(batch) + len(gaps) == 1:
                what = batch[0][0].key if batch else gaps[0]
                log.error("%s cannot be indexed (%s); `manage.py fsck --repair` tries again.", what, error)
                return
            for item in batch:  # find the one that the database refuses, so that it costs the others nothing
                self._write_one([item], [])
            for gap in gaps:
                self._write_one([], [gap])
            return
        for _, written in batch:
            if written is not None:
                written()

    def _take(self) -> tuple[list[tuple[SegmentEntry, Written | None]], list[GapEntry]]:
        with self._wake:
            segments, gaps = list(self._segments.values()), list(self._gaps.values())
            self._segments, self._gaps = {}, {}
        return segments, gaps

    def _put_back(self, segments: Iterable[tuple[SegmentEntry, Written | None]], gaps: Iterable[GapEntry]) -> None:
        """Keep for the next try what has not been replaced by a newer state meanwhile."""
        with self._wake:
            self._segments = {entry.name: (entry, written) for entry, written in segments} | self._segments
            self._gaps = {id(entry): entry for entry in gaps} | self._gaps

    def _failed(self, error: Exception) -> None:
        if not self._failures:
            log.error("The index cannot be written (%s); recording goes on, it is tried again.", error)
        self._failures += 1
        connections[index_alias()].close()
