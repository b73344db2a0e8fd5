"""Starts a process for each job, one after the other, and sees to it that it ends. A thread of the worker."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.db import connections

import core
from core.media.clock import Clock
from core.replays.models import Replay
from core.replays.services import forget_old
from core.tasks.database import MayBeAway
from core.tasks.jobs import ATTEMPTS, Lost, State, claim, finish, held, release

log = logging.getLogger("eyrie.replays")

LOOK_S = 1.0
WATCH_S = 0.5
RENEW_S = 2.0
SILENT_S = 60.0
"""A job that came no farther for so long hangs: a look may take long, models are loaded at first."""
TIDY_S = 3600.0


class ReplayRunner:
    """Works from `start` to `stop`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._tidied: float | None = None
        self._thread = threading.Thread(target=self._run, name="replays", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether jobs are taken up."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End; the job under way is begun anew by the next worker."""
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        database = MayBeAway(log, "replays wait for it")
        while not self._stopping.is_set():
            worked = False
            with database:
                self._tidy()
                worked = self.work()
            if not worked:
                self._stopping.wait(LOOK_S)
        connections.close_all()

    def work(self) -> bool:
        """Do one job, if one waits; whether there was one."""
        fresh: dict[str, Any] = {"looks": 0, "look_us": 0, "decode_us": 0, "found": 0, "stored": 0, "finds": []}
        job = claim(Replay, self._owner, self._clock.wall_ms(), **fresh)
        if job is None:
            return False
        if job.attempts > ATTEMPTS:
            self._fail(job, f"Its process was ended {ATTEMPTS} times; the log says why.")
            return True
        log.info("replay %d: %s over a recording of camera %d", job.pk, job.detector, job.camera_id)
        process = self._started(job)
        try:
            self._watch(job, process)
        finally:
            process.kill()
            process.wait()
        return True

    def _started(self, job: Replay) -> subprocess.Popen[bytes]:
        places = [str(Path(core.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places))}
        words = [sys.executable, "-m", "core.replays.program", str(job.pk), job.owner, str(os.getpid())]
        return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603 - our own words

    def _watch(self, job: Replay, process: subprocess.Popen[bytes]) -> None:
        """Until it has ended. The claim is renewed from here, as a single look may take longer than one holds."""
        known, since, renewed = None, self._clock.monotonic(), float("-inf")
        while process.poll() is None:
            if self._stopping.wait(WATCH_S):
                release(job)
                return
            now = self._clock.monotonic()
            said = held(job).values_list("at_ms", "looks").first()
            if said is None:
                return  # it was deleted, or its process is about to end
            if said != known:
                known, since = said, now
            if now - since > SILENT_S:
                self._fail(job, f"The detector said nothing for {SILENT_S:.0f} s and was ended.")
                return
            if now - renewed > RENEW_S:
                renewed = now
                held(job).update(beat_ms=self._clock.wall_ms())
        if process.returncode != 0:
            self._fail(job, f"The detector's process ended by itself: {_ending(process.returncode)}.")

    def _fail(self, job: Replay, why: str) -> None:
        try:
            finish(job, State.FAILED, error=why, finished_ms=self._clock.wall_ms())
        except Lost:
            return
        log.warning("replay %d failed: %s", job.pk, why)

    def _tidy(self) -> None:
        now = self._clock.monotonic()
        if self._tidied is None or now - self._tidied > TIDY_S:
            self._tidied = now
            forget_old(self._clock.wall_ms())


def _ending(code: int) -> str:
    return f"exit code {code}" if code > 0 else signal.Signals(-code).name
