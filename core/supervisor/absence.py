"""Which processes have not answered for too long: a recorder that is away does not record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PATIENCE_S = 10.0
"""A process that is started again within this time was not lost."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A process is lost, or back. since: when it was last heard, in the loop's seconds."""

    process: str
    lost: bool
    since: float = 0.0


class Absences:
    """Asked at each look; tells each process once when it is lost, and once when it is back."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._lost: set[str] = set()

    def look(self, process: str, *, up: bool, silent_since: float | None, now: float) -> Iterator[Absence]:
        """up: it beats as it should; silent_since: of one that hangs, when it was last heard."""
        if up and silent_since is None:
            self._since.pop(process, None)
            if process in self._lost:
                self._lost.discard(process)
                yield Absence(process, lost=False)
            return
        since = self._since.setdefault(process, now if silent_since is None else silent_since)
        if process not in self._lost and now - since >= PATIENCE_S:
            self._lost.add(process)
            yield Absence(process, lost=True, since=since)
