"""What there is to copy: compares what is recorded with the copies that are known, and adds those that are missing.

The copies themselves are the memory. A look may therefore be repeated at any time, goes back an hour behind the last
one for what was closed late, and once an hour goes back as far as the plan reaches, for what a crash left or a volume
brought back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice

from django.db import transaction

from core.backup.models import Content, Copy, Plan
from core.backup.paths import apart, facts, path_of
from core.backup.queries import chosen_cameras
from core.events.queries import events
from core.recording.ids import start_of
from core.recording.models import Stream
from core.recording.queries import closed_ids, first_start_ms, has_open

BATCH = 500
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
EVENTS_MS = 7 * DAY_MS
"""So far back events are looked for: what is older was copied, or nobody asked for it then."""

LONGEST_CLIP_MS = 10 * 60_000
SETTLE_MS = 90_000
"""So long after its end a clip is waited for, for the recording around it to be closed; then it is what there is."""


Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that should be at the target. event: its type's name, empty for a recording; times UTC ms."""

    source: int
    camera_id: int
    start_ms: int
    end_ms: int
    event: str = ""


class Planner:
    """Remembers, while the process lives, up to where each plan was looked at; nothing is lost with it.

    beat: called again and again during a long look.
    """

    def __init__(self, beat: Beat = lambda: None) -> None:
        self._beat = beat
        self._looked: dict[int, tuple[int, int]] = {}

    def look(self, plan: Plan, now_ms: int, zone: tzinfo) -> int:
        """Add the copies that a plan lacks; how many."""
        last, deep = self._looked.get(plan.pk, (0, 0))
        goes_deep = now_ms - deep >= HOUR_MS
        since = plan.since_ms if goes_deep else max(plan.since_ms, last - HOUR_MS)
        names = _cameras(plan)
        added = 0
        find = _recordings if plan.content == Content.RECORDINGS else _around_events
        wanted = find(plan, names, since, now_ms, self._beat)
        while batch := list(islice(wanted, BATCH)):
            added += _add(plan, batch, names, zone)
        self._looked[plan.pk] = now_ms, now_ms if goes_deep else deep
        return added


def _cameras(plan: Plan) -> dict[int, str]:
    """Names of the cameras that a plan copies."""
    return dict(chosen_cameras(plan).values_list("pk", "name"))


def _recordings(plan: Plan, names: Collection[int], since_ms: int, now_ms: int, beat: Beat) -> Iterator[Wanted]:
    """Closed segments without a copy, day by day, so that the oldest of all cameras come first in a long backlog."""
    firsts = [first_start_ms(camera_id, plan.stream) for camera_id in names]
    since_ms = max(since_ms, min((first for first in firsts if first is not None), default=now_ms))
    for begin in range(since_ms - since_ms % DAY_MS, now_ms, DAY_MS):
        low, high = max(begin, since_ms), begin + DAY_MS
        for camera_id in names:
            beat()
            known = set(_known(plan, camera_id, low, high))
            for segment, end_ms in closed_ids(camera_id, plan.stream, low, high):
                if segment not in known:
                    yield Wanted(segment, camera_id, start_of(segment), end_ms)


def _around_events(plan: Plan, names: Collection[int], since_ms: int, now_ms: int, beat: Beat) -> Iterator[Wanted]:
    """Events of the last week whose time is recorded and over, without a copy, oldest first."""
    if not names:
        return
    since_ms = max(since_ms, now_ms - EVENTS_MS)
    found = events(types=plan.event_types, camera_ids=list(names), start_ms=since_ms, end_ms=now_ms)
    rows = found.order_by("start_ms", "id").values_list("id", "type", "camera_id", "start_ms", "end_ms")
    remaining = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(remaining, BATCH)):
        beat()
        known = set(
            Copy.objects.filter(plan=plan, source__in=[row[0] for row in batch]).values_list("source", flat=True)
        )
        for row, kind, camera_id, start_ms, end_ms in batch:
            wanted = _clip(plan, Wanted(row, camera_id, start_ms, end_ms or start_ms, kind))
            over = end_ms is not None or now_ms - start_ms > LONGEST_CLIP_MS
            if row not in known and over and _is_recorded(plan, wanted, now_ms):
                yield wanted


def _clip(plan: Plan, event: Wanted) -> Wanted:
    """The time that a clip of the event shows; a picture is of its beginning."""
    if plan.content == Content.SNAPSHOTS:
        return event
    begin = event.start_ms - plan.before_s * 1000
    end = min(event.end_ms + plan.after_s * 1000, begin + LONGEST_CLIP_MS)
    return Wanted(event.source, event.camera_id, begin, end, event.event)


def _is_recorded(plan: Plan, wanted: Wanted, now_ms: int) -> bool:
    """Whether all that will be recorded of it is closed."""
    if now_ms < wanted.end_ms:
        return False
    stale = now_ms - wanted.end_ms > LONGEST_CLIP_MS + SETTLE_MS
    return stale or not has_open(wanted.camera_id, plan.stream, wanted.start_ms, wanted.end_ms + 1)


def _known(plan: Plan, camera_id: int, start_ms: int, end_ms: int) -> Iterable[int]:
    rows = Copy.objects.filter(plan=plan, camera_id=camera_id, start_ms__gte=start_ms, start_ms__lt=end_ms)
    return rows.values_list("source", flat=True)


def _add(plan: Plan, batch: list[Wanted], names: dict[int, str], zone: tzinfo) -> int:
    """Rows for these. Two that come to the same path, as of cameras whose names differ in what no path can hold, are
    kept apart; an index sees to it that none is added twice.
    """
    paths = [_path(plan, wanted, names[wanted.camera_id], zone) for wanted in batch]
    with transaction.atomic():
        rows = Copy.objects.filter(target_id=plan.target_id, path__in=paths)
        taken = set(rows.values_list("path", flat=True))
        copies = []
        for wanted, path in zip(batch, paths, strict=True):
            free = path if path not in taken else apart(path, wanted.source)
            taken.add(free)
            copies.append(_copy(plan, wanted, free))
        return len(Copy.objects.bulk_create(copies, ignore_conflicts=True))


def _copy(plan: Plan, wanted: Wanted, path: str) -> Copy:
    return Copy(
        plan=plan,
        target_id=plan.target_id,
        source=wanted.source,
        camera_id=wanted.camera_id,
        start_ms=wanted.start_ms,
        end_ms=wanted.end_ms,
        path=path,
    )


def _path(plan: Plan, wanted: Wanted, camera: str, zone: tzinfo) -> str:
    values = facts(
        camera=camera,
        camera_id=wanted.camera_id,
        stream=str(Stream(plan.stream).label),
        start_ms=wanted.start_ms,
        event=wanted.event.replace(".", "-"),
        source=wanted.source,
        ext="jpg" if plan.content == Content.SNAPSHOTS else "mp4",
        zone=zone,
    )
    return path_of(plan.template, values)
