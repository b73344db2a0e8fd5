"""The supervisor: keeps the processes of the plan running until it is told to stop.

It imports neither Django nor any plugin, and stays small. It never does what could block: the fork server prepares the
database, a thread writes the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.lifeline import adopt_orphans
from core.media.clock import SystemClock
from core.pages import give_back
from core.supervisor.absence import Absence, Absences
from core.supervisor.chronicle import Chronicle
from core.supervisor.demand import Demand
from core.supervisor.forkclient import ForkClient
from core.supervisor.hub import Hub
from core.supervisor.logfile import LogFile
from core.supervisor.logwriter import LogWriter, prominent
from core.supervisor.place import Occupied, claim_data, claim_port
from core.supervisor.plan import Place, ProcessSpec
from core.supervisor.register import Register, Standing
from core.supervisor.restarts import BUDGET, RestartPolicy
from core.supervisor.ward import Phase, Ward

TICK = 0.25  # seconds between looks at the heartbeats
STOP_SECONDS = 4.0  # from SIGTERM to SIGKILL
log = logging.getLogger("eyrie.supervisor")


class Supervisor:
    """One installation, from `run` to its return. options: passed on to the fork server's command line."""

    def __init__(self, options: Sequence[str], writer: LogWriter) -> None:
        self._options = options
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._wards: dict[str, Ward] = {}
        self._place: Place | None = None
        self._web: socket.socket | None = None
        self._hub: Hub | None = None
        self._demand: Demand | None = None
        self._forks: ForkClient | None = None
        self._forking_since: float | None = None  # the loop's time; None while it is not ready
        self._fork_starts = 0
        self._register: Register | None = None
        self._chronicle: Chronicle | None = None
        self._absences = Absences()
        self._fork_policy = RestartPolicy(persistent=True)
        self._stopping = asyncio.Event()
        self._announced = False
        self._code = 0

    async def run(self) -> int:
        """Start everything, watch it, and stop it on SIGINT, SIGTERM or SIGHUP. Returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self._stopping.set)
        adopt_orphans()
        self._start_fork_server()
        await self._watch()
        await self._stop()
        return self._code

    # Starting

    def _start_fork_server(self) -> None:
        if not self._stopping.is_set():
            self._forks = ForkClient(self._options, self._writer, self._said, self._fork_server_ended)
            self._forks.start()
            self._fork_starts += 1

    def _said(self, message: dict[str, Any]) -> None:
        match message:
            case {"place": values}:
                self._claim(Place(**values))
            case {"plan": specs}:
                self._take_plan([ProcessSpec.of(values) for values in specs])
            case {"born": name, "pid": pid}:
                self._wards[name].born(pid)

    def _claim(self, place: Place) -> None:
        assert self._forks is not None  # noqa: S101  # it is the fork server who speaks
        if self._place is None:
            try:
                claim_data(Path(place.data))
                self._web = claim_port(place.host, place.port)
            except Occupied as error:
                self._fail(str(error))
                return
            self._writer.choose(place.log_format)
            self._writer.keep(LogFile(Path(place.data) / "log"))
            logging.getLogger().setLevel(place.log_level)
            self._place = place
            self._chronicle = Chronicle(Path(place.data) / "run" / "chronicle.json", SystemClock())
        self._forks.tell({"prepare": not self._wards})

    def _fail(self, sentence: str) -> None:
        self._code = 1
        sys.stderr.write(f"eyrie: {sentence}\n")
        self._stopping.set()

    def _take_plan(self, specs: Iterable[ProcessSpec]) -> None:
        assert self._forks is not None  # noqa: S101  # it is the fork server who speaks
        self._forks.errors.verbatim = False
        self._forking_since = self._loop.time()
        for spec in specs:
            if spec.name not in self._wards:
                self._wards[spec.name] = Ward(spec, self._writer, self._ended)
        for ward in self._wards.values():
            self._start(ward)

    def _start(self, ward: Ward) -> None:
        if self._stopping.is_set() or self._forking_since is None or ward.phase is not Phase.DOWN or not ward.needed:
            return
        assert self._forks is not None and self._web is not None  # noqa: S101  # the fork server is ready
        fds = [*ward.open_pipes(), *([self._web.fileno()] if ward.spec.listens else [])]
        try:
            self._forks.tell({"fork": ward.spec.json()}, fds)
        except OSError:
            ward.never_born()  # the fork server is ending; its successor starts this one
        finally:
            os.close(fds[0])
            os.close(fds[1])

    # Watching

    async def _watch(self) -> None:
        last = self._loop.time()
        while not self._stopping.is_set():
            await self._pause(TICK)
            now = self._loop.time()
            await self._open_sockets()
            self._meet_demand(now)
            self._look(now, stood_still=now - last > 10 * TICK)
            self._note()
            self._tell(now)
            self._announce()
            last = now

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _open_sockets(self) -> None:
        if self._hub is None and self._place is not None:
            run = Path(self._place.data) / "run"
            self._hub, self._demand = Hub(run / "hub.sock"), Demand(run / "demand.sock")
            await self._hub.start()
            await self._demand.start()

    def _meet_demand(self, now: float) -> None:
        """Start what somebody needs by now, end what nobody does any more."""
        if self._demand is None:
            return
        for ward in (one for one in self._wards.values() if one.spec.on_demand):
            begins = not ward.needed
            ward.needed = self._demand.is_needed(ward.spec.name, now)
            if ward.needed and begins:
                self._start(ward)
            elif not ward.needed and ward.phase is Phase.UP and not ward.dismissed:
                ward.dismiss()

    def _look(self, now: float, *, stood_still: bool) -> None:
        for ward in self._wards.values():
            if stood_still:
                ward.forgive(now)
            elif ward.is_hung(now):
                log.error("%s (process %s) gives no sign of life and is killed", ward.spec.name, ward.pid)
                ward.signal(signal.SIGKILL)
        self._reap_orphans()

    def _reap_orphans(self) -> None:
        """What our processes left behind is adopted by us; a ward's own end is reaped where its pidfd tells of it."""
        known = {ward.pid for ward in self._wards.values()} | {self._forks.pid if self._forks else None}
        try:
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in known:
                    return
                os.waitpid(ended.si_pid, 0)
        except ChildProcessError:
            return

    def _note(self) -> None:
        if self._place is None:
            return
        self._register = self._register or Register(Path(self._place.data) / "run" / "processes.json", SystemClock())
        forks = Phase.UP if self._forking_since is not None else Phase.STARTING
        self._register.note(
            [
                Standing("supervisor", os.getpid(), Phase.UP, 0),
                Standing("forkserver", self._forks.pid if self._forks else None, forks, max(self._fork_starts - 1, 0)),
                *(
                    Standing(ward.spec.name, ward.pid, ward.phase, ward.restarts)
                    for ward in self._wards.values()
                    if ward.needed or ward.phase is not Phase.DOWN
                ),
            ]
        )

    def _tell(self, now: float) -> None:
        """Have it chronicled which processes are lost or back, and all else that is new."""
        if self._chronicle is None:
            return
        for ward in self._wards.values():
            hung = ward.heard if ward.is_hung(now) else None
            missed = ward.spec.persistent and ward.was_born and ward.needed
            for found in self._absences.look(
                ward.spec.name, up=ward.phase is Phase.UP or not missed, silent_since=hung, now=now
            ):
                self._chronicle_absence(found, now)
        self._chronicle.keep()

    def _chronicle_absence(self, found: Absence, now: float) -> None:
        assert self._chronicle is not None  # noqa: S101  # who calls has looked
        if not found.lost:
            self._chronicle.note("back", process=found.process)
            return
        since = SystemClock().wall_ms() - int((now - found.since) * 1000)
        records = found.process.startswith("recorder")
        message = "It does not answer; its cameras are not recorded." if records else "It does not answer."
        self._chronicle.note("lost", process=found.process, since_ms=since, message=message)

    def _announce(self) -> None:
        up = [ward for ward in self._wards.values() if ward.spec.listens and ward.phase is Phase.UP]
        if up and not self._announced and self._place is not None:
            self._announced = True
            sentence = f"Eyrie is running at {address(self._place)}   (Ctrl-C stops it)"
            sys.stdout.write(prominent(sentence, sys.stdout))
            sys.stdout.flush()
            give_back()

    # Ends

    def _ended(self, ward: Ward, up: float) -> None:
        if self._stopping.is_set():
            return
        if ward.dismissed:
            ward.dismissed = False
            self._start(ward)  # should it be needed again already
            return
        if self._chronicle is not None:
            self._chronicle.ended(ward.spec.name, f"It {ward.how_it_ended}.")
        wait = ward.policy.wait_after_failure(self._loop.time(), up=up)
        if wait is None:
            ward.phase = Phase.GIVEN_UP
            self._give_up(ward)
        else:
            self._loop.call_later(wait, self._start, ward)

    def _give_up(self, ward: Ward) -> None:
        why = f"ended {BUDGET + 1} times within {ward.policy.window:.0f} s"
        log.error("%s %s and is given up until its plugin is enabled again", ward.spec.name, why)
        if self._forks is not None:
            with contextlib.suppress(OSError):  # while the fork server is away it counts anew at the next start
                self._forks.tell({"give_up": ward.spec.name, "why": why})

    def _fork_server_ended(self, code: int) -> None:
        now = self._loop.time()
        up, self._forking_since = now - (self._forking_since or now), None
        if self._stopping.is_set():
            return
        if not self._wards:  # it refused to start at all and has said why
            self._code = code if code > 0 else 1
            self._stopping.set()
            return
        for ward in self._wards.values():
            if ward.phase is Phase.STARTING and ward.pid is None:
                ward.never_born()
        wait = self._fork_policy.wait_after_failure(now, up=up)
        log.warning("the fork server ended (exit code %d) and is started again; what runs goes on", code)
        self._loop.call_later(wait or 0, self._start_fork_server)

    # Stopping

    async def _stop(self) -> None:
        """Recorders are told first, so that they have the machine to themselves while they finish their files."""
        begun = self._loop.time()
        if self._chronicle is not None:
            await asyncio.to_thread(self._chronicle.end)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for ward in sorted(self._wards.values(), key=lambda ward: not ward.spec.name.startswith("recorder")):
                ward.signal(number)
            if number is signal.SIGTERM:
                await self._all_down(begun + STOP_SECONDS)
        await self._all_down(begun + STOP_SECONDS + 0.5)
        if self._forks is not None:
            await self._forks.stop()
        if self._hub is not None:
            await self._hub.stop()
        if self._demand is not None:
            await self._demand.stop()
        if self._register is not None:
            self._register.remove()
        log.info("stopped after %.1f s", self._loop.time() - begun)

    async def _all_down(self, deadline: float) -> None:
        ends = [ward.down.wait() for ward in self._wards.values()]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*ends), max(deadline - self._loop.time(), 0))


def address(place: Place) -> str:
    """Where a browser on this machine finds the portal."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(place.host, place.host)  # noqa: S104  # read, not bound
    return f"{place.scheme}://{host}:{place.port}/"
