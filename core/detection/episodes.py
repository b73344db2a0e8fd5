"""Events of detectors: begun, ended, and none left open when the analyser died."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from core.detection.models import OpenEpisode
from core.events.services import Draft, EventError, close, record_many

log = logging.getLogger("eyrie.detection")
_COMPLAINED: set[str] = set()  # each misfit once, as it may come with every look


def record_begun(drafts: Sequence[Draft]) -> list[int | None]:
    """Store events that go on; their ids, None for one that does not fit its type (logged)."""
    with transaction.atomic():
        ids = record_over(drafts)
        OpenEpisode.objects.bulk_create(
            OpenEpisode(event_id=event_id, seen_ms=draft.start_ms)
            for event_id, draft in zip(ids, drafts, strict=True)
            if event_id is not None
        )
    return ids


def record_over(drafts: Sequence[Draft]) -> list[int | None]:
    """Store events that are over; their ids, None for one that does not fit its type (logged)."""
    ids: list[int | None] = []
    for draft, stored in zip(drafts, record_many(drafts), strict=True):
        if isinstance(stored, EventError) and str(stored) not in _COMPLAINED:
            _COMPLAINED.add(str(stored))
            log.error("Camera %s: an event is not kept: %s", draft.camera_id, stored)
        ids.append(None if isinstance(stored, EventError) else stored[0])
    return ids


@transaction.atomic
def end(ends: Mapping[int, int]) -> None:
    """End events: UTC ms by id."""
    for event_id, end_ms in ends.items():
        close(event_id, end_ms)
    OpenEpisode.objects.filter(event_id__in=list(ends)).delete()


def still_going_on(event_ids: Iterable[int], now_ms: int) -> None:
    """Note that these were seen to go on at that moment."""
    OpenEpisode.objects.filter(event_id__in=list(event_ids)).update(seen_ms=now_ms)


def end_left_over() -> int:
    """End what a killed analyser left open where it was last seen; how many there were."""
    left = dict(OpenEpisode.objects.values_list("event_id", "seen_ms"))
    end(left)
    return len(left)
