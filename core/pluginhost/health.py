"""Health checks of core and plugins, run apart so that one that hangs is reported and delays nobody."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.db import connections

from core.hookspecs.ops import Health, HealthCheckSpec, Level
from core.media.clock import Clock, SystemClock
from core.pluginhost.guard import Outcome, describe
from core.pluginhost.host import PluginHost
from core.pluginhost.registry import Entry


class FixError(Exception):
    """What a check found could not be mended; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class HealthResult:
    """What one check said. fix: words of the button that mends it, empty when none does. seconds: how long it took."""

    plugin: str
    name: str
    title: str
    level: Level
    summary: str
    remedy: str = ""
    link: str = ""
    fix: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class _Run:
    """One run of a check in its own thread. began: seconds, monotonic. spent: looked again whatever `fresh` says."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome[Health] | None = None
    spent: bool = False


class HealthChecks:
    """The checks of one plugin host, for any thread: a check that is under way is waited for, never started twice, and
    one that has been run within `fresh` seconds is not run again.

    Threads are daemons: a hanging check cannot be ended, only left behind.
    """

    def __init__(self, host: PluginHost, clock: Clock | None = None) -> None:
        self._host = host
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}

    def run(self) -> list[HealthResult]:
        """Run all checks at the same time; returns within the longest timeout."""
        started = [(entry, self._start(entry)) for entry in self._host.registry.entries(HealthCheckSpec)]
        return [self._result(entry, run) for entry, run in started]

    def mend(self, key: str) -> HealthResult:
        """Run a check's fix, then the check. Raises UnknownName, FixError when there is none or it did not work."""
        entry = self._host.registry.entry(HealthCheckSpec, key)
        if entry.spec.fix is None:
            raise FixError(f"The check {key} has nothing that mends it; do what it says.")
        outcome = self._host.run(entry.plugin, f"fix of {entry.spec.name}", entry.spec.fix.run)
        if outcome.error is not None:
            raise FixError(f"It could not be mended: {describe(outcome.error)}")
        with self._lock:
            if run := self._runs.get(key):
                run.spent = True
        return self._result(entry, self._start(entry))

    def _start(self, entry: Entry[HealthCheckSpec]) -> _Run:
        with self._lock:
            run = self._runs.get(entry.key)
            if run is not None and not run.spent and (not run.done.is_set() or self._is_fresh(entry, run)):
                return run
            run = self._runs[entry.key] = _Run(self._clock.monotonic())
        threading.Thread(target=self._work, args=(entry, run), name=f"check {entry.key}", daemon=True).start()
        return run

    def _is_fresh(self, entry: Entry[HealthCheckSpec], run: _Run) -> bool:
        return self._clock.monotonic() - run.began < entry.spec.fresh

    def _work(self, entry: Entry[HealthCheckSpec], run: _Run) -> None:
        run.outcome = self._host.run(entry.plugin, f"health check {entry.spec.name}", entry.spec.run)
        run.done.set()
        connections.close_all()  # this thread's own

    def _result(self, entry: Entry[HealthCheckSpec], run: _Run) -> HealthResult:
        spec = entry.spec
        left = run.began + spec.timeout - self._clock.monotonic()
        if not run.done.wait(max(left, 0)) or run.outcome is None:
            summary = f"gave no answer within {spec.timeout:g} s."
            return HealthResult(entry.plugin, spec.name, spec.title, Level.FAILED, summary, seconds=spec.timeout)
        outcome = run.outcome
        health = outcome.value
        if not isinstance(health, Health):
            why = describe(outcome.error) if outcome.error else "it returned no Health"
            health = Health(Level.FAILED, f"the check itself failed: {why}")
        fix = spec.fix.title if spec.fix is not None and health.fixable else ""
        return HealthResult(
            plugin=entry.plugin,
            name=spec.name,
            title=spec.title,
            level=health.level,
            summary=health.summary,
            remedy=health.remedy,
            link=health.link,
            fix=fix,
            seconds=outcome.seconds,
        )
