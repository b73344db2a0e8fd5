"""What a sink is: it takes records in order, and says for certain that it has them or raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from plugins.audit.records import Record


class SinkError(Exception):
    """It has not taken all; one sentence with the reason. What was handed over is handed over again later."""


class Sink(Protocol):
    """A place for copies. name: of its cursor, for good."""

    name: str

    def take(self, records: Sequence[Record]) -> None:
        """Keep these. Returns when they are there for certain, as far as the sink can tell; blocks for seconds at most.

        Raises SinkError.
        """
