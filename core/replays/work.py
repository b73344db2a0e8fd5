"""One job: a detector over a recording, its finds, what it cost, and what of it is kept."""

from __future__ import annotations

import logging

from core.analyser.seen import CameraSeen, Episode, Harvest
from core.detection.models import CameraDetector
from core.detection.queries import DetectorConfig, detector_config
from core.media.clock import Clock, SystemClock
from core.pluginhost import host
from core.pluginhost.guard import describe
from core.replays import keeping
from core.replays.finds import Finds
from core.replays.footage import Cost
from core.replays.looking import Looked, looks
from core.replays.models import Replay
from core.tasks.jobs import Cancelled, Lost, State, finish, held, renew

log = logging.getLogger("eyrie.replays")

RENEW_S = 1.0
KEEP_EACH = 200
"""Looks after which what they saw is stored."""


def do(job_id: int, owner: str) -> None:
    """Do the job whose claim `owner` holds; how it went stands in its row."""
    job = Replay.objects.filter(pk=job_id, owner=owner).first()
    if job is None:
        return
    clock = SystemClock()
    config = detector_config(CameraDetector(camera_id=job.camera_id, detector=job.detector, settings=job.settings))
    if config.fault:
        _fail(job, config.fault, clock)
        return
    outcome = host().run(config.plugin, f"detector {job.detector} over a recording", Work(job, config, clock).run)
    if isinstance(outcome.error, ValueError):
        _fail(job, str(outcome.error), clock)
    elif outcome.error is not None:
        _fail(job, f"The detector failed: {describe(outcome.error)}", clock)


def _fail(job: Replay, why: str, clock: Clock) -> None:
    log.warning("replay %d failed: %s", job.pk, why)
    held(job).update(state=State.FAILED, owner="", error=why[:500], finished_ms=clock.wall_ms())


class Work:
    """Does a job that this process holds the claim of."""

    def __init__(self, job: Replay, config: DetectorConfig, clock: Clock) -> None:
        self._job, self._config, self._clock = job, config, clock
        self._seen = CameraSeen(job.camera_id, lambda tracks: None)
        self._finds = Finds()
        self._cost = Cost()
        self._over: list[tuple[Episode, int]] = []
        self._since_kept = 0
        self._renewed = 0.0

    def run(self) -> None:
        """From the first picture to the end; how it went stands in the row. Raises what the detector raises."""
        try:
            self._look()
            finish(self._job, State.DONE, at_ms=self._job.end_ms, finished_ms=self._clock.wall_ms(), **self._figures())
        except Cancelled:
            finish(self._job, State.CANCELLED, finished_ms=self._clock.wall_ms(), **self._figures())
        except Lost:
            return

    def _look(self) -> None:
        job, config = self._job, self._config
        assert config.spec is not None  # noqa: S101  without a fault it is there
        for one in looks(config.spec, config.settings, job.camera_id, job.start_ms, job.end_ms, self._cost):
            self._take(one)
            if self._clock.monotonic() - self._renewed >= RENEW_S:
                self._renewed = self._clock.monotonic()
                renew(job, self._clock.wall_ms(), at_ms=one.at_ms, **self._figures())
        self._end(self._seen.forget(job.detector))
        self._keep(last=True)
        if not job.looks:
            raise ValueError("Nothing of this time is there to be looked at; the timeline shows what is recorded.")

    def _take(self, one: Looked) -> None:
        self._job.looks += 1
        self._job.look_us += one.look_us
        if one.sight is None:
            return
        self._end(self._seen.take(self._job.detector, one.at_ms, one.sight))
        self._end(self._seen.silent(one.at_ms))
        self._since_kept += 1
        if self._since_kept >= KEEP_EACH:
            self._keep()

    def _end(self, harvest: Harvest) -> None:
        for episode in (*harvest.moments, *harvest.ended):
            end_ms = max(episode.seen_ms, episode.start_ms)
            self._finds.event(episode, end_ms)
            self._over.append((episode, end_ms))

    def _keep(self, *, last: bool = False) -> None:
        job = self._job
        self._since_kept = 0
        boxes, levels = self._seen.boxes(), self._seen.levels(all_of_them=last)
        grids = self._seen.grids(all_of_them=last)
        self._finds.boxes(boxes)
        over, self._over = self._over, []
        if job.stores:
            stored = keeping.keep_motion(job.camera_id, grids) + keeping.keep_loudness(job.camera_id, levels)
            stored += keeping.keep_boxes(job.camera_id, job.detector, boxes)
            job.stored += stored + keeping.keep_events(over)

    def _figures(self) -> dict[str, object]:
        job = self._job
        return {
            "looks": job.looks,
            "look_us": job.look_us,
            "decode_us": self._cost.decode_us,
            "found": self._finds.count,
            "finds": self._finds.json(),
            "stored": job.stored,
        }
