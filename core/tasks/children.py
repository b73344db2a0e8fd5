"""Jobs that are done by a process each: one at a time, only while there is one to do. A thread of the worker.

The process is `python -m PROGRAM JOB OWNER PARENT`: it does the job whose claim `owner` holds, renews the claim while
it works, and ends with code 0 when the job's row says how it went.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from django.db import DatabaseError, connections
from django.db.models import Q

import core
from core.media.clock import Clock
from core.tasks.jobs import ATTEMPTS, J, Lost, State, claim, finish, held, release

log = logging.getLogger("eyrie.jobs")

LOOK_S = 1.0
WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Trade(Generic[J]):
    """A kind of job. noun: for the log; program: dotted name of the process's module; due: which of those that wait may
    be done, by the time in UTC ms; silent_s: a process that says nothing for so long hangs; chore, each chore_s: what
    else is to be seen to, such as asking for new jobs.
    """

    noun: str
    model: type[J]
    program: str
    due: Callable[[int], Q]
    chore: Callable[[int], object]
    silent_s: float = 60.0
    chore_s: float = 10.0


class Children(Generic[J]):
    """Works from `start` to `stop`."""

    def __init__(self, trade: Trade[J], clock: Clock) -> None:
        self._trade = trade
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._chore_at: float | None = None
        self._thread = threading.Thread(target=self._run, name=trade.noun, daemon=True)

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
                self._see_to_chore()
                worked = self.work()
                reachable = True
            except DatabaseError as error:
                worked = False
                if reachable:
                    log.warning("the database does not answer: %s; %s jobs wait for it", error, self._trade.noun)
                reachable = False
                connections.close_all()
            if not worked:
                self._stopping.wait(LOOK_S)
        connections.close_all()

    def work(self) -> bool:
        """Do one job, if one waits; whether there was one."""
        now = self._clock.wall_ms()
        job = claim(self._trade.model, self._owner, now, self._trade.due(now))
        if job is None:
            return False
        if job.attempts > ATTEMPTS:
            self._fail(job, f"Its process was ended {ATTEMPTS} times; the log says why.")
            return True
        process = self._started(job)
        try:
            self._watch(job, process)
        finally:
            process.kill()
            process.wait()
        return True

    def _started(self, job: J) -> subprocess.Popen[bytes]:
        places = [str(Path(core.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places))}
        words = [sys.executable, "-m", self._trade.program, str(job.pk), job.owner, str(os.getpid())]
        return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603 - our own words

    def _watch(self, job: J, process: subprocess.Popen[bytes]) -> None:
        begun = self._clock.monotonic()
        while process.poll() is None:
            if self._stopping.wait(WATCH_S):
                release(job)
                return
            said = held(job).values_list("beat_ms", flat=True).first()
            if said is None:
                return  # it was deleted, or its process is about to end
            silent = (self._clock.wall_ms() - said) / 1000
            if silent > self._trade.silent_s and self._clock.monotonic() - begun > self._trade.silent_s:
                self._fail(job, f"Its process said nothing for {self._trade.silent_s:.0f} s and was ended.")
                return
        if process.returncode != 0:
            self._again(job, f"Its process ended by itself: {_ending(process.returncode)}.")

    def _again(self, job: J, why: str) -> None:
        """Have it begun anew, unless that was done so often already."""
        log.warning("%s %d: %s", self._trade.noun, job.pk, why)
        if job.attempts >= ATTEMPTS:
            self._fail(job, why)
        else:
            held(job).update(state=State.QUEUED, owner="")

    def _fail(self, job: J, why: str) -> None:
        try:
            finish(job, State.FAILED, error=why, finished_ms=self._clock.wall_ms())
        except Lost:
            return
        log.warning("%s %d failed: %s", self._trade.noun, job.pk, why)

    def _see_to_chore(self) -> None:
        now = self._clock.monotonic()
        if self._chore_at is None or now - self._chore_at > self._trade.chore_s:
            self._chore_at = now
            self._trade.chore(self._clock.wall_ms())


def _ending(code: int) -> str:
    return f"exit code {code}" if code > 0 else signal.Signals(-code).name
