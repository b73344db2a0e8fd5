"""What detectors saw on one camera: motion, tracks, and what goes on. All on the analyser's event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from core.analyser.tracker import Tracker
from core.hookspecs.detectors import Occurrence, Sight, TrackedObject, Tracks
from core.hookspecs.events import SeenObject
from core.recording.loudness import STEP_MS, LoudLevel
from core.recording.motion import GRID_BYTES, MotionGrid
from core.recording.objects import SeenBox

GRID_MS = 2000
STILL_MS = 2000
"""So long after the last motion something still counts as moving."""
SILENT_MS = 10_000
"""An episode ends when its detector has not looked for so long: the camera is away."""
BOX_MS = 500
"""How far apart boxes of a track are stored."""


@dataclass(slots=True, eq=False)
class Episode:
    """Something that goes on. event_id: once it is stored. seen_ms: when it was last seen, UTC ms."""

    camera_id: int
    detector: str
    occurrence: Occurrence
    start_ms: int
    seen_ms: int
    event_id: int | None = None


@dataclass(slots=True)
class Harvest:
    """What is to be stored."""

    begun: list[Episode] = field(default_factory=list)
    ended: list[Episode] = field(default_factory=list)
    moments: list[Episode] = field(default_factory=list)


class CameraSeen:
    """One camera. tracked: called with its tracks after each look that changed them."""

    def __init__(self, camera_id: int, tracked: Callable[[Tracks], None]) -> None:
        self.camera_id = camera_id
        self.tells_of_motion: set[str] = set()
        self._tracked = tracked
        self._trackers: dict[str, Tracker] = {}
        self._tracks: dict[str, tuple[TrackedObject, ...]] = {}
        self._episodes: dict[tuple[str, str, str], Episode] = {}
        self._moved_ms: int | None = None
        self._since_ms: int | None = None
        self._grids: dict[int, int] = {}
        self._loudest: dict[int, float] = {}
        self._boxes: list[SeenBox] = []
        self._boxed_ms: dict[str, int] = {}

    def moving(self, wall_ms: int) -> int | None:
        """Since when something moves at that moment, UTC ms; 0 when nothing tells of motion; None when all is still.

        May be called from any thread.
        """
        if not self.tells_of_motion:
            return 0
        since, moved = self._since_ms, self._moved_ms
        if since is None or moved is None or wall_ms > moved + STILL_MS:
            return None
        return since

    def take(self, detector: str, wall_ms: int, sight: Sight) -> Harvest:
        """What a look saw; returns what of it is an event."""
        if sight.moved:
            self._motion(detector, wall_ms, sight.moved)
        if sight.loudness is not None:
            at = wall_ms // STEP_MS * STEP_MS
            self._loudest[at] = max(sight.loudness, self._loudest.get(at, sight.loudness))
        if sight.objects or detector in self._trackers:
            self._track(detector, wall_ms, sight)
        harvest = Harvest()
        self._go_on(detector, wall_ms, sight.going_on, harvest)
        for one in sight.moments:
            harvest.moments.append(self._episode(detector, one, wall_ms))
        return harvest

    def forget(self, detector: str) -> Harvest:
        """A detector no longer looks: what it told of ends."""
        self.tells_of_motion.discard(detector)
        self._trackers.pop(detector, None)
        self._tracks.pop(detector, None)
        harvest = Harvest()
        for key in [key for key in self._episodes if key[0] == detector]:
            harvest.ended.append(self._episodes.pop(key))
        return harvest

    def silent(self, wall_ms: int) -> Harvest:
        """End what nobody has looked after for a while."""
        harvest = Harvest()
        for key, one in list(self._episodes.items()):
            if wall_ms - one.seen_ms > SILENT_MS:
                harvest.ended.append(self._episodes.pop(key))
        return harvest

    def going_on(self) -> list[Episode]:
        """What goes on now."""
        return list(self._episodes.values())

    def grids(self, *, all_of_them: bool = False) -> list[MotionGrid]:
        """Motion since the last time, in whole steps; the newest is kept back, as more may come of it."""
        newest = max(self._grids, default=0)
        whole = sorted(at for at in self._grids if all_of_them or at < newest)
        return [MotionGrid(at, at + GRID_MS, self._grids.pop(at).to_bytes(GRID_BYTES)) for at in whole]

    def levels(self, *, all_of_them: bool = False) -> list[LoudLevel]:
        """How loud it was since the last time, in whole steps; the newest is kept back, as in `grids`."""
        newest = max(self._loudest, default=0)
        return [LoudLevel(at, self._loudest.pop(at)) for at in sorted(self._loudest) if all_of_them or at < newest]

    def boxes(self) -> list[SeenBox]:
        """Boxes of tracks since the last time."""
        found, self._boxes = self._boxes, []
        return found

    def _motion(self, detector: str, wall_ms: int, moved: bytes) -> None:
        self.tells_of_motion.add(detector)
        cells = int.from_bytes(moved)
        at = wall_ms // GRID_MS * GRID_MS
        self._grids[at] = self._grids.get(at, 0) | cells
        if not cells:
            return
        if self._moved_ms is None or wall_ms > self._moved_ms + STILL_MS:
            self._since_ms = wall_ms
        self._moved_ms = max(wall_ms, self._moved_ms or 0) if wall_ms > (self._moved_ms or 0) - 60_000 else wall_ms

    def _track(self, detector: str, wall_ms: int, sight: Sight) -> None:
        tracker = self._trackers.get(detector)
        if tracker is None:
            tracker = self._trackers[detector] = Tracker(self.camera_id, f"{detector}-")
        found = tracker.update(sight.objects, wall_ms).tracks
        self._tracks[detector] = tuple(one for one in found if not one.ended)
        self._keep_boxes(detector, wall_ms, found)
        others = [one for name, tracks in self._tracks.items() if name != detector for one in tracks]
        self._tracked(Tracks(self.camera_id, wall_ms, (*found, *others)))

    def _keep_boxes(self, detector: str, wall_ms: int, found: Sequence[TrackedObject]) -> None:
        for one in found:
            if one.ended:
                self._boxed_ms.pop(one.id, None)
            elif one.seen and wall_ms - self._boxed_ms.get(one.id, 0) >= BOX_MS:
                self._boxed_ms[one.id] = wall_ms
                point = one.points[-1]
                self._boxes.append(SeenBox(wall_ms, detector, one.id, one.label, point.score, point.box, one.text))

    def _go_on(self, detector: str, wall_ms: int, occurrences: Sequence[Occurrence], harvest: Harvest) -> None:
        named = {(detector, one.event_type, one.key): one for one in occurrences}
        for key in [key for key in self._episodes if key[0] == detector and key not in named]:
            one = self._episodes.pop(key)
            one.seen_ms = max(wall_ms, one.start_ms)
            harvest.ended.append(one)
        for key, occurrence in named.items():
            if (known := self._episodes.get(key)) is not None:
                known.seen_ms = wall_ms
            else:
                self._episodes[key] = episode = self._episode(detector, occurrence, wall_ms)
                harvest.begun.append(episode)

    def _episode(self, detector: str, occurrence: Occurrence, wall_ms: int) -> Episode:
        start_ms = wall_ms if occurrence.start_ms is None else min(occurrence.start_ms, wall_ms)
        told = replace(occurrence, objects=self._followed(detector, occurrence.objects))
        return Episode(self.camera_id, detector, told, start_ms, wall_ms)

    def _followed(self, detector: str, objects: Sequence[SeenObject]) -> tuple[SeenObject, ...]:
        """The objects of an event with their tracks, where they are objects of this very look."""
        tracker = self._trackers.get(detector)
        if tracker is None:
            return tuple(objects)
        return tuple(
            one if one.box is None or one.track else replace(one, track=tracker.at(one.box)) for one in objects
        )
