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


@dataclass(frozen=True, slots=True)
class HealthResult:
    """What one check said. seconds: how long it took."""

    plugin: str
    name: str
    title: str
    level: Level
    summary: str
    seconds: float = 0.0


@dataclass(slots=True)
class _Run:
    """One run of a check in its own thread. began: seconds, monotonic."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome[Health] | None = None


class HealthChecks:
    """The checks of one plugin host, for any thread: a check that is under way is waited for, never started twice.

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

    def _start(self, entry: Entry[HealthCheckSpec]) -> _Run:
        with self._lock:
            run = self._runs.get(entry.key)
            if run is not None and not run.done.is_set():
                return run
            run = self._runs[entry.key] = _Run(self._clock.monotonic())
        threading.Thread(target=self._work, args=(entry, run), name=f"check {entry.key}", daemon=True).start()
        return run

    def _work(self, entry: Entry[HealthCheckSpec], run: _Run) -> None:
        run.outcome = self._host.run(entry.plugin, f"health check {entry.spec.name}", entry.spec.run)
        run.done.set()
        connections.close_all()  # this thread's own

    def _result(self, entry: Entry[HealthCheckSpec], run: _Run) -> HealthResult:
        spec = entry.spec
        left = run.began + spec.timeout - self._clock.monotonic()
        if not run.done.wait(max(left, 0)) or run.outcome is None:
            summary = f"gave no answer within {spec.timeout:g} s."
            return HealthResult(entry.plugin, spec.name, spec.title, Level.FAILED, summary, spec.timeout)
        outcome = run.outcome
        health = outcome.value
        if not isinstance(health, Health):
            why = describe(outcome.error) if outcome.error else "it returned no Health"
            health = Health(Level.FAILED, f"the check itself failed: {why}")
        return HealthResult(entry.plugin, spec.name, spec.title, health.level, health.summary, outcome.seconds)
