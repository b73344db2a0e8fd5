"""Running the system: health checks and processes of a plugin's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.hookspecs.marks import hookspec


class Level(StrEnum):
    """How well something is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Health:
    """Outcome of a check: level, and one sentence that says what and why.

    remedy: one sentence that says what to do, empty when there is nothing to do. link: page of the portal where it is
    done, such as `/system/settings/`. fixable: `HealthCheckSpec.fix` would mend it.
    """

    level: Level
    summary: str
    remedy: str = ""
    link: str = ""
    fixable: bool = False


@dataclass(frozen=True, slots=True)
class HealthFix:
    """What mends a finding at the press of a button, by somebody who holds `system.settings`.

    title: the button's words; run: mends, and raises when it cannot; the check is then run again.
    """

    title: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class HealthCheckSpec:
    """A check for `manage.py doctor`, `/api/v1/health/` and the system page.

    run: blocks at most `timeout` seconds. fresh: seconds for which an outcome is shown before it is looked again.
    """

    name: str
    title: str
    run: Callable[[], Health]
    timeout: float = 5.0
    fresh: float = 0.0
    fix: HealthFix | None = None


class WorkerContext(Protocol):
    """What the host gives a plugin's worker process."""

    def beat(self) -> None:
        """Say that the worker is alive; one that is silent for `WorkerSpec.heartbeat` seconds is restarted."""

    def stopping(self) -> bool:
        """True once the worker should return."""

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`, beating; True as soon as the worker should return."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """A process of the plugin's own, supervised: heartbeat, restart budget, then quarantine.

    run: `package.module:function` called with a WorkerContext in the new process; returns when told to stop.
    heartbeat: seconds of silence after which the worker counts as hung.
    """

    name: str
    title: str
    run: str
    heartbeat: float = 10.0


@hookspec()
def register_health_checks() -> Iterable[HealthCheckSpec]:
    """Offer health checks. Called in every process once at start."""
    raise NotImplementedError


@hookspec()
def register_workers() -> Iterable[WorkerSpec]:
    """Offer worker processes. Called in every process once at start; run by the supervisor."""
    raise NotImplementedError


@hookspec()
def on_host_ready() -> None:
    """All plugins are loaded and their descriptors validated.

    Called once where plugins are loaded: in the process of a command, and in the one from which `serve` forks the
    others. Start no thread and open no connection here: neither survives a fork.
    """
