"""The analyser's thread for the database: events at once, motion and boxes in batches; nothing waits for it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from django.db import Error, InterfaceError, OperationalError, close_old_connections, connections

from core.analyser.seen import Episode, Harvest
from core.detection import episodes
from core.events.services import Draft
from core.recording.loudness import LoudLevel, store_loudness
from core.recording.motion import MotionGrid
from core.recording.motion_store import store_motion
from core.recording.object_store import store_objects
from core.recording.objects import SeenBox

log = logging.getLogger("eyrie.analyser")

MOST_WAITING = 10_000
"""Harvests and batches that wait while the database is away; above, the oldest are lost."""
AGAIN = 1.0
STOP = 3.0

Job = Callable[[], None]


class Keeper:
    """Stores from `start` to `stop`. Its other methods are called on one thread, return at once, and keep order."""

    def __init__(self) -> None:
        self._harvests: deque[Harvest] = deque(maxlen=MOST_WAITING)
        self._jobs: deque[Job] = deque(maxlen=MOST_WAITING)
        self._wake = threading.Event()
        self._stopping = False
        self._away = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin; first what a killed predecessor left open is ended."""
        self._jobs.append(_end_left_over)
        self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """Store what waits and end, within a few seconds."""
        self._stopping = True
        self._wake.set()
        self._thread.join(STOP)

    def alive(self) -> bool:
        """Whether it stores; a fault of ours would have ended it."""
        return self._thread.is_alive()

    def events(self, harvest: Harvest) -> None:
        """Store events, end others."""
        if harvest.begun or harvest.ended or harvest.moments:
            self._harvests.append(harvest)
            self._wake.set()

    def batch(
        self,
        grids: Mapping[int, Sequence[MotionGrid]],
        boxes: Mapping[int, Sequence[SeenBox]],
        levels: Mapping[int, Sequence[LoudLevel]],
        going_on: Iterable[Episode],
        now_ms: int,
    ) -> None:
        """Store motion, boxes and loudness by camera, and that these episodes were still going on."""
        open_ones = list(going_on)

        def note() -> None:
            ids = [one.event_id for one in open_ones if one.event_id is not None]
            episodes.still_going_on(ids, now_ms)

        self._jobs.append(lambda: store_motion(grids))
        self._jobs.append(lambda: store_objects(boxes))
        self._jobs.append(lambda: store_loudness(levels))
        self._jobs.append(note)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping or self._harvests or self._jobs:
            self._wake.wait(AGAIN if self._away else None)
            self._wake.clear()
            try:
                close_old_connections()
                self._store_all()
                self._away = False
            except (OperationalError, InterfaceError) as error:
                if not self._away:
                    log.error("The database does not answer (%s); what detectors see waits for it.", error)
                self._away = True
                connections.close_all()
                if self._stopping:
                    break
        connections.close_all()

    def _store_all(self) -> None:
        while self._harvests or self._jobs:
            while self._harvests:
                _attempt(partial(_store, self._harvests[0]))
                self._harvests.popleft()
            if self._jobs:
                _attempt(self._jobs[0])
                self._jobs.popleft()


def _attempt(job: Job) -> None:
    """Do it, or leave it when the database refuses it for good: its camera was deleted meanwhile.

    Raises OperationalError and InterfaceError, which pass.
    """
    try:
        job()
    except (OperationalError, InterfaceError):
        raise
    except Error as error:
        log.error("What a detector saw is not kept: %s", error)


def _end_left_over() -> None:
    if (left := episodes.end_left_over()) > 0:
        log.info("%d events that a predecessor left open were ended", left)


def _store(harvest: Harvest) -> None:
    """In order: what begins and ends in one harvest is stored before it is ended."""
    new = [one for one in harvest.begun if one.event_id is None]
    for one, event_id in zip(new, episodes.record_begun([_draft(one) for one in new]), strict=True):
        one.event_id = event_id
    if harvest.moments:
        episodes.record_over([_draft(one, over=True) for one in harvest.moments])
        harvest.moments = []  # should the rest fail, these are not stored twice
    ends = {one.event_id: one.seen_ms for one in harvest.ended if one.event_id is not None}
    if ends:
        episodes.end(ends)


def _draft(one: Episode, *, over: bool = False) -> Draft:
    return Draft(
        one.occurrence.event_type,
        one.camera_id,
        one.start_ms,
        max(one.seen_ms, one.start_ms) if over else None,
        one.occurrence.attributes,
        one.occurrence.objects,
    )
