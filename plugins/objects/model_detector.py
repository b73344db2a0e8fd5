"""The detector that runs a user's model; cameras with the same model are looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from core.api import Detector, Frame, SeenObject, Sight
from plugins.objects.engine import Engine, Picture
from plugins.objects.layouts import Found
from plugins.objects.places import Places
from plugins.objects.presence import Presence
from plugins.objects.settings import ObjectSettings

_ENGINES: WeakValueDictionary[tuple[Path, str, str, int], Engine] = WeakValueDictionary()
"""Open models of this process, for as long as a detector has them; another file at the same place is another model."""


class ModelDetector:
    """Detector of the contract, on colour pictures."""

    def __init__(self, settings: ObjectSettings, folder: Path) -> None:
        """Raises ValueError when the model cannot be used."""
        self.engine = _engine(folder, settings.model, settings.device)
        self._places = Places(settings)
        self._presence = Presence()

    def look(self, frame: Frame) -> Sight:
        """One picture."""
        return self.sight(self.engine.look([_picture(frame)])[0], frame.wall_ms)

    def sight(self, found: Sequence[Found], wall_ms: int) -> Sight:
        """What of it is told."""
        objects = (SeenObject(self.engine.labels[one.number], one.score, one.box) for one in found)
        told = tuple(seen for seen in objects if self._places.counts(seen))
        return Sight(objects=told, going_on=self._presence.look(told, wall_ms))

    def close(self) -> None:
        """The model is let go with the last detector that has it."""
        del self.engine


def look_together(pairs: Sequence[tuple[Detector, Any]]) -> list[Sight]:
    """Pictures of one model that takes several at once go through it together; the others one by one."""
    sights: dict[int, Sight] = {}
    groups: dict[int, list[int]] = {}
    for at, (detector, frame) in enumerate(pairs):
        if isinstance(detector, ModelDetector) and detector.engine.together:
            groups.setdefault(id(detector.engine), []).append(at)
        else:
            sights[at] = detector.look(frame)
    for members in groups.values():
        detectors = [pairs[at][0] for at in members]
        first = detectors[0]
        assert isinstance(first, ModelDetector)  # noqa: S101 - only such are in groups
        answers = first.engine.look([_picture(pairs[at][1]) for at in members])
        for at, detector, found in zip(members, detectors, answers, strict=True):
            assert isinstance(detector, ModelDetector)  # noqa: S101 - only such are in groups
            sights[at] = detector.sight(found, pairs[at][1].wall_ms)
    return [sights[at] for at in range(len(pairs))]


def _engine(folder: Path, name: str, device: str) -> Engine:
    try:
        changed = (folder / f"{name}.toml").stat().st_mtime_ns
    except OSError:
        changed = 0
    key = (folder, name, device, changed)
    engine = _ENGINES.get(key)
    if engine is None:
        engine = _ENGINES[key] = Engine(folder, name, device)
    return engine


def _picture(frame: Frame) -> Picture:
    return np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
