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

from django.db import DatabaseError, connections

import core
from core.media.clock import Clock
from core.replays.models import Replay
from core.replays.services import forget_old
from core.tasks.jobs import ATTEMPTS, Lost, State, claim, finish, held, release

log = logging.getLogger("eyrie.replays")

LOOK_S = 1.0
WATCH_S = 0.5
SILENT_S = 60.0
"""A job that said nothing for so long hangs: a look may take long, models are loaded at first."""
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
        reachable = True
        while not self._stopping.is_set():
            try:
                self._tidy()
                worked = self.work()
                reachable = True
            except DatabaseError as error:
                worked = False
                if reachable:
                    log.warning("the database does not answer: %s; replays wait for it", error)
                reachable = False
                connections.close_all()
            if not worked:
                self._stopping.wait(LOOK_S)
        connections.close_all()

    def work(self) -> bool:
        """Do one job, if one waits; whether there was one."""
        fresh = {"looks": 0, "look_us": 0, "decode_us": 0, "found": 0, "stored": 0, "finds": []}
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
        begun = self._clock.monotonic()
        while process.poll() is None:
            if self._stopping.wait(WATCH_S):
                release(job)
                return
            said = held(job).values_list("beat_ms", flat=True).first()
            if said is None:
                return  # it was deleted, or its process is about to end
            silent = (self._clock.wall_ms() - said) / 1000
            if silent > SILENT_S and self._clock.monotonic() - begun > SILENT_S:
                self._fail(job, f"The detector said nothing for {SILENT_S:.0f} s and was ended.")
                return
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
