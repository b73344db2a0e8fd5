"""One volume's two threads: the writer appends fragments, the settler makes closed segments durable.

The loop only puts jobs into queues, and wakes the writer once a turn: woken at each fragment, it would take the
interpreter's lock between the turn's reads, over and over. A disk that stalls stops its own writer; what a stream may
have waiting in the queue is limited by the stream (core.recorder.writing), so memory stays bounded without anybody
blocking.
The settler is apart because an fsync of a whole segment takes long, and the fragments of the others must not wait.

A segment's end, in order: release (fsync) -> row CLOSED -> commit (rename). A crash in between is put right by
core.recording.adoption.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

from core.hookspecs.storage import ObjectWriter, StorageError
from core.media.clock import Clock
from core.media.fragments import Fragment
from core.recording.entries import SegmentEntry
from core.recording.index import IndexWriter
from core.recording.volumes import OpenVolume

log = logging.getLogger("eyrie.recorder.volume")

FLOOR = 64 * 1024**2
"""Bytes that stay free on a volume: the last of a disk belongs to the database and the system."""
FLOOR_SHARE = 100
LOOK = 1.0
NAMESAKES = 100
"""Names of one picture's segments that are tried, a ms apart."""

Job = Callable[[], None]
Failed = Callable[[OpenVolume, StorageError], None]


class OpenFile:
    """One segment being written.

    queued: bytes given to the queue, counted on the loop; taken: bytes that have left it, counted by the writer.
    end_ms: up to where the segment should reach, set by `finish` (UTC ms).
    """

    def __init__(self, entry: SegmentEntry) -> None:
        self.entry = entry
        self.failed: StorageError | None = None
        self.queued = 0
        self.taken = 0
        self.end_ms = entry.name.start_ms
        self.writer: ObjectWriter | None = None


class VolumeIO:
    """Writes segments to one volume. `failed` is called in a thread of the volume at each new failure.

    written: bytes so far; busy: seconds that the writer has spent in writing them.

    Made, and `begin`, `append`, `finish`, `hand_over` called, on the loop.
    """

    def __init__(self, volume: OpenVolume, index: IndexWriter, clock: Clock, failed: Failed) -> None:
        self.volume = volume
        self.written = 0
        self.busy = 0.0
        self._index = index
        self._clock = clock
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._given: list[Job] = []  # in this turn of the loop
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._settling: SimpleQueue[Job | None] = SimpleQueue()
        self._looked = float("-inf")
        self._writer = threading.Thread(target=_run, args=(self._jobs,), name=f"write-{volume.name}", daemon=True)
        self._settler = threading.Thread(target=_run, args=(self._settling,), name=f"settle-{volume.name}", daemon=True)
        self._writer.start()
        self._settler.start()

    def begin(self, entry: SegmentEntry, header: bytes) -> OpenFile:
        """Begin a segment with its file header."""
        file = OpenFile(entry)
        self._give(partial(self._create, file, header))
        return file

    def append(self, file: OpenFile, data: bytes, fragment: Fragment) -> None:
        """Add a fragment in one write."""
        file.queued += len(data)
        self._give(partial(self._append, file, data, fragment))

    def finish(self, file: OpenFile, end_ms: int | None = None) -> None:
        """The segment is over, whatever became of it. end_ms: UTC ms of its end if all of it was given to `append`."""
        self._give(partial(self._finish, file, end_ms))

    def hand_over(self) -> None:
        """Let the writer have what was given since the last turn."""
        given, self._given = self._given, []
        if given:
            self._jobs.put(partial(_carry_out, given))

    def _give(self, job: Job) -> None:
        if not self._given:
            self._loop.call_soon(self.hand_over)
        self._given.append(job)

    def drain(self, timeout: float) -> bool:
        """After `hand_over`, in any thread: end the writer and have every closed segment released and with the index.

        False when time ran out.
        """
        released = threading.Event()
        self._jobs.put(lambda: self._settling.put(released.set))
        self._jobs.put(None)
        return released.wait(timeout)

    def stop(self, timeout: float) -> bool:
        """End the settler, once the index has been written; False when time ran out."""
        self._settling.put(None)
        self._settler.join(timeout)
        return not self._settler.is_alive()

    def _create(self, file: OpenFile, header: bytes) -> None:
        try:
            self._look_for_space()
            file.writer, header = self._claim(file.entry, header)
            file.writer.append(header)
        except StorageError as error:
            self._fail(file, error)

    def _claim(self, entry: SegmentEntry, header: bytes) -> tuple[ObjectWriter, bytes]:
        """A new object, and its header. A camera that sends its last keyframe again, to a recorder that was killed
        just after it began or by a session opened anew, makes a second segment that begins with the same picture.
        """
        for _ in range(NAMESAKES):
            try:
                return self.volume.storage.create(entry.key), header
            except StorageError:
                if not self._exists(entry.key):
                    raise
            header = entry.begin_later()
        return self.volume.storage.create(entry.key), header

    def _exists(self, key: str) -> bool:
        try:
            self.volume.storage.size(key)
        except StorageError:
            return False
        return True

    def _append(self, file: OpenFile, data: bytes, fragment: Fragment) -> None:
        if file.failed is None and file.writer is not None:
            try:
                self._look_for_space()
                began = time.perf_counter()
                file.writer.append(data)
                self.busy += time.perf_counter() - began
                self.written += len(data)
            except StorageError as error:
                self._fail(file, error)
            else:
                file.entry.add(fragment)
                self._index.put_segment(file.entry)
        file.taken += len(data)

    def _finish(self, file: OpenFile, end_ms: int | None) -> None:
        writer, entry = file.writer, file.entry
        end_ms = None if file.failed else end_ms
        if writer is None:
            return
        if not entry.empty:
            self._settling.put(lambda: self._release(writer, entry, end_ms))
            return
        try:
            writer.abort()
        except StorageError as error:
            log.warning("%s stays unfinished: %s", entry.key, error)

    def _release(self, writer: ObjectWriter, entry: SegmentEntry, end_ms: int | None) -> None:
        try:
            writer.release()
        except StorageError as error:
            log.error("%s may not survive a power cut: %s", entry.key, error)
        entry.close(end_ms)
        self._index.put_segment(entry, lambda: self._settling.put(lambda: self._commit(entry)))

    def _commit(self, entry: SegmentEntry) -> None:
        try:
            self.volume.storage.resume(entry.key, entry.size).commit()
        except StorageError as error:
            log.warning("%s stays unfinished until the next start: %s", entry.key, error)

    def _look_for_space(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked < LOOK:
            return
        space = self.volume.storage.space()
        if space.free < min(FLOOR, space.total // FLOOR_SHARE):
            raise StorageError(
                f"Volume {self.volume.name!r} is full; lower retention or give it more space.", full=True
            )
        self._looked = now  # only a good look holds for a while

    def _fail(self, file: OpenFile, error: StorageError) -> None:
        file.failed = error
        self._failed(self.volume, error)


def _run(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # and with it what it wrote: the next may be long in coming


def _carry_out(jobs: list[Job]) -> None:
    for job in jobs:
        job()
