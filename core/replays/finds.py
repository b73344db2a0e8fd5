"""What a detector found in a recording: events it would have told of, and objects it followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from core.analyser.seen import Episode
from core.recording.objects import SeenBox

MOST_FINDS = 300
MOST_FOLLOWED = 200
"""Objects that are remembered before those that are complete are forgotten."""
COMPLETE_MS = 60_000
"""An object that was not seen for so long comes no more: its track has ended."""


@dataclass(slots=True)
class Find:
    """One of them. event_type: empty for an object. peak_ms: the moment whose picture shows it; box: where it was then,
    left, top, width, height in parts of the picture, None for somewhere.
    """

    event_type: str
    label: str
    start_ms: int
    end_ms: int
    peak_ms: int
    box: tuple[float, float, float, float] | None = None
    score: float = 1.0
    attributes: dict[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class Finds:
    """Collects them; beyond MOST_FINDS they are only counted."""

    def __init__(self) -> None:
        self.count = 0
        self._finds: list[Find] = []
        self._objects: dict[str, Find] = {}

    def event(self, episode: Episode, end_ms: int) -> None:
        """An event that is over."""
        told = episode.occurrence
        seen = max(told.objects, key=lambda one: one.score, default=None)
        label, box = (seen.label, seen.box) if seen is not None else ("", None)
        self._keep(
            Find(
                told.event_type,
                label,
                episode.start_ms,
                max(end_ms, episode.start_ms),
                episode.start_ms,
                box,
                1.0,
                told.attributes,
            )
        )

    def boxes(self, boxes: Iterable[SeenBox]) -> None:
        """Where followed objects were."""
        for one in boxes:
            known = self._objects.get(one.track)
            if known is None:
                known = self._objects[one.track] = Find(
                    "", one.label, one.at_ms, one.at_ms, one.at_ms, one.box, one.score
                )
                self._keep(known)
            known.end_ms = one.at_ms
            if one.score > known.score:
                known.peak_ms, known.box, known.score, known.label = one.at_ms, one.box, one.score, one.label
        if len(self._objects) > MOST_FOLLOWED:
            newest = max(one.end_ms for one in self._objects.values())
            self._objects = {track: one for track, one in self._objects.items() if one.end_ms > newest - COMPLETE_MS}

    def json(self) -> list[dict[str, Any]]:
        """The first of them, by their start."""
        return [one.json() for one in sorted(self._finds, key=lambda one: one.start_ms)]

    def _keep(self, find: Find) -> None:
        self.count += 1
        if len(self._finds) < MOST_FINDS:
            self._finds.append(find)
