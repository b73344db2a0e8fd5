"""Doing the actions: a few threads, fed by one that claims what is due, renews what is being done and writes what it
came to: many deliveries in one transaction, for the database has one writer at a time.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from dataclasses import dataclass

from django.db import DatabaseError, connections

from core.media.clock import Clock
from core.rules import deliveries
from core.rules.attempts import attempt, timeout_of
from core.rules.context import PictureAt
from core.rules.deliveries import Ending
from core.rules.models import Delivery

THREADS = 8
AHEAD = 24
"""Deliveries claimed beyond what the threads are at, so that none of them waits for the database."""
GATHER_S = 0.02
"""While more waits than the threads are at, what ends is gathered for so long before it is written."""
LOST_THREADS = 8
"""Actions that hang beyond their time, at most; then nothing is begun until one of them ends."""
MOST_WRITTEN = 100
RENEW_S = 2.0
LOOK_S = 1.0
LEAVE_S = 3.0
IDLE_S = 5.0
"""After so long without work a thread lets go of its connection to the database."""
log = logging.getLogger("eyrie.rules")


@dataclass(slots=True, eq=False)
class _Job:
    """A claimed delivery. began: monotonic seconds, None until a thread is at it."""

    delivery: Delivery
    timeout: float
    began: float | None = None


class Deliverer:
    """Works from `start` to `stop`. picture_at: makes an action's picture when it asks for one.

    A job is in one place at a time: `_jobs` while claimed, `_ended` until what it came to is written, `_lost` when its
    action hangs beyond its time: then it counts as failed, though its thread cannot be ended.
    """

    def __init__(self, clock: Clock, picture_at: PictureAt, *, threads: int = THREADS) -> None:
        self._clock = clock
        self._picture_at = picture_at
        self._most = threads
        self._owner = secrets.token_hex(8)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._jobs: set[_Job] = set()
        self._ended: list[Ending] = []
        self._lost: set[_Job] = set()
        self._idle = threading.Condition(self._lock)
        self._claimed: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        for _ in range(self._most):
            self._add_thread()
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do. From any thread."""
        self._wake.set()

    def alive(self) -> bool:
        """Whether it still looks for work."""
        return self._thread.is_alive()

    def stop(self, seconds: float = 5.0) -> None:
        """End; what is not done by then is left for another process."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        reachable = True
        renewed = self._clock.monotonic()
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if self._clock.monotonic() - renewed >= RENEW_S:
                    renewed = self._clock.monotonic()
                    self._renew()
                self._write()
                self._claim()
                reachable = True
                if not self._claimed.empty():
                    self._stopping.wait(GATHER_S)
            except DatabaseError as error:
                if reachable:
                    log.warning("the database does not answer: %s; deliveries wait for it", error)
                reachable = False
                connections.close_all()
            self._wake.wait(LOOK_S)
        self._leave()

    def _claim(self) -> None:
        """Claim again when less than half of what was claimed ahead is left: a few at a time cost as much as many."""
        with self._lock:
            free = self._most + AHEAD - len(self._jobs)
            stuck = len(self._lost) >= LOST_THREADS
        if free <= AHEAD // 2 or stuck:
            return
        for delivery in deliveries.claim(self._owner, self._clock.wall_ms(), free):
            job = _Job(delivery, timeout_of(delivery.action))
            with self._lock:
                self._jobs.add(job)
            self._claimed.put(job)

    def _renew(self) -> None:
        """Say that what is claimed is ours still, and give up waiting for what takes too long."""
        now = self._clock.monotonic()
        with self._lock:
            late = {job for job in self._jobs if job.began is not None and now - job.began > job.timeout}
            self._jobs -= late
            self._lost |= late
            ids = [job.delivery.pk for job in self._jobs] + [ending.delivery.pk for ending in self._ended]
        for job in late:
            self._add_thread()
            why = f"It took more than {job.timeout:g} s."
            log.warning("action %s hangs: %s", job.delivery.action, why)
            with self._lock:
                self._ended.append(deliveries.failed(job.delivery, why, self._clock.wall_ms()))
        deliveries.renew(self._owner, ids, self._clock.wall_ms())

    def _write(self) -> None:
        """Write what has ended. What cannot be written now is written later, and is ours until then."""
        while True:
            with self._lock:
                ended = self._ended[:MOST_WRITTEN]
            if not ended:
                return
            deliveries.write(ended, self._clock.wall_ms())
            with self._lock:
                del self._ended[: len(ended)]

    def _add_thread(self) -> None:
        threading.Thread(target=self._serve, name="delivery", daemon=True).start()

    def _serve(self) -> None:
        """One of the threads: it ends after an action that hung, for which another has taken its place."""
        while not self._stopping.is_set():
            try:
                job = self._claimed.get(timeout=IDLE_S)
            except queue.Empty:
                connections.close_all()
                continue
            if self._stopping.is_set() or not self._did(job):
                break
        connections.close_all()

    def _did(self, job: _Job) -> bool:
        """Do one; False when it took so long that it counts as failed already."""
        job.began, ending = self._clock.monotonic(), None
        try:
            ending = attempt(job.delivery, self._clock, self._picture_at)
        except DatabaseError as error:
            log.warning("delivery %d cannot be read: %s; it is tried again", job.delivery.pk, error)
            connections.close_all()  # this thread's own
        with self._idle:
            in_time = job in self._jobs
            self._jobs.discard(job)
            self._lost.discard(job)
            if in_time and ending is not None:
                self._ended.append(ending)
            self._idle.notify_all()
        self.wake()
        return in_time

    def _leave(self) -> None:
        """Wait a moment for what is under way; what is not done then is begun anew by another process."""
        with self._idle:
            self._idle.wait_for(lambda: all(job.began is None for job in self._jobs), LEAVE_S)
            ids = [job.delivery.pk for job in self._jobs]
        try:
            self._write()
            deliveries.give_back(self._owner, ids)
        except DatabaseError as error:
            log.info("deliveries under way are taken over when their lease ends: %s", error)
        finally:
            connections.close_all()
