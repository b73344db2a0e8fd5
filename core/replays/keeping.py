"""Keeping what a detector saw in a recording, as if it had looked then."""

from __future__ import annotations

from collections.abc import Sequence

from core.analyser.seen import Episode
from core.events.models import StoredEvent
from core.events.services import Draft, EventError, record_past
from core.recording.loudness import LoudLevel, store_loudness
from core.recording.motion import MotionGrid
from core.recording.motion_store import store_motion
from core.recording.object_store import objects_between, store_objects
from core.recording.objects import SeenBox


def keep_motion(camera_id: int, grids: Sequence[MotionGrid]) -> int:
    """Store motion; grids of the same moments are replaced."""
    if grids:
        store_motion({camera_id: grids})
    return len(grids)


def keep_loudness(camera_id: int, levels: Sequence[LoudLevel]) -> int:
    """Store loudness; of a moment that is stored already the louder one counts."""
    store_loudness({camera_id: levels})
    return len(levels)


def keep_boxes(camera_id: int, detector: str, boxes: Sequence[SeenBox]) -> int:
    """Store boxes, unless this detector's are there of their time already; how many are new."""
    if not boxes:
        return 0
    start_ms, end_ms = boxes[0].at_ms, boxes[-1].at_ms + 1
    known = {one.at_ms // 1000 for one in objects_between(camera_id, start_ms, end_ms) if one.detector == detector}
    new = [one for one in boxes if one.at_ms // 1000 not in known]
    store_objects({camera_id: new})
    return len(new)


def keep_events(episodes: Sequence[tuple[Episode, int]]) -> int:
    """Store events that are over, (episode, end in UTC ms), unless one of their type is there of their time already.

    Returns how many are new. Rules do not learn of them: what is over long since opens no gate.
    """
    drafts = [
        Draft(
            one.occurrence.event_type,
            one.camera_id,
            one.start_ms,
            max(end_ms, one.start_ms),
            one.occurrence.attributes,
            one.occurrence.objects,
            key=f"replay:{one.camera_id}:{one.detector}:{one.occurrence.event_type}:{one.start_ms}:{one.occurrence.key}"[
                :200
            ],
        )
        for one, end_ms in episodes
        if not _is_there(one, end_ms)
    ]
    return sum(not isinstance(stored, EventError) and stored[1] for stored in record_past(drafts))


def _is_there(one: Episode, end_ms: int) -> bool:
    """Whether the camera has an event of this type in that time."""
    same = StoredEvent.objects.filter(camera_id=one.camera_id, type=one.occurrence.event_type)
    during = same.filter(start_ms__lte=end_ms, start_ms__gte=one.start_ms - 3_600_000)
    return any(end is None or end >= one.start_ms for end in during.values_list("end_ms", flat=True))
