"""What the supervisor is to run, as the fork server tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BEAT_FD, LISTEN_FD = 100, 101
"""The heartbeat pipe and the listening web socket in each process: beyond what a process has open at its birth."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to keep running.

    arguments: the management command and its arguments.
    silence: seconds without a heartbeat after which it counts as hung and is killed.
    persistent: never given up. Others are given up after five failures within a minute.
    listens: takes the web socket.
    on_demand: runs only while somebody needs it (core.supervisor.demand).
    """

    name: str
    arguments: tuple[str, ...]
    silence: float
    persistent: bool = True
    listens: bool = False
    on_demand: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ProcessSpec:
        """Made again from its JSON."""
        return cls(**{**values, "arguments": tuple(values["arguments"])})

    def json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where this installation lives and listens: what must be free before anything starts."""

    data: str
    scheme: str
    host: str
    port: int
    log_format: str
    log_level: str
