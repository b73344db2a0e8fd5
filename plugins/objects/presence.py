"""Which kinds of objects are in sight, as something that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import OBJECT_SEEN, Occurrence, SeenObject

TWICE_WITHIN_MS = 2000
"""A kind is in sight when it was seen twice, no longer apart than this: one look alone may be wrong."""
HELD_MS = 5000


class Presence:
    """The kinds in sight of one camera."""

    def __init__(self) -> None:
        self._first_ms: dict[str, int] = {}
        self._last_ms: dict[str, int] = {}
        self._sure: set[str] = set()

    def look(self, objects: Sequence[SeenObject], wall_ms: int) -> tuple[Occurrence, ...]:
        """One look saw these, at UTC ms."""
        kinds: dict[str, list[SeenObject]] = {}
        for seen in objects:
            kinds.setdefault(seen.label, []).append(seen)
        for kind in list(self._last_ms):
            held_ms = HELD_MS if kind in self._sure else TWICE_WITHIN_MS
            if not 0 <= wall_ms - self._last_ms[kind] <= held_ms:
                del self._last_ms[kind], self._first_ms[kind]
                self._sure.discard(kind)
        for kind in kinds:
            if kind in self._last_ms:
                self._sure.add(kind)
            self._last_ms[kind] = wall_ms
            self._first_ms.setdefault(kind, wall_ms)
        return tuple(
            Occurrence(
                OBJECT_SEEN.name,
                kind,
                {"label": kind, "number": max(len(kinds.get(kind, ())), 1)},
                tuple(kinds.get(kind, ())),
                self._first_ms[kind],
            )
            for kind in sorted(self._sure)
        )
