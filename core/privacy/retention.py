"""Proof of how long recordings are kept: what each camera's rule says, and what the index holds now.

Nothing that the index does not name can be played; `manage.py fsck` compares it with the disks. A recording goes within
minutes of its time, so one that is LATE_MS older than the rule is an exception, and is named with who holds it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from core.cameras.queries import cameras
from core.media.clock import Clock
from core.recording.ids import camera_of, camera_range, start_of
from core.recording.models import Segment, Stream
from core.recording.queries import first_start_ms
from core.recording.removals import removals
from core.recording.retention import ask_plugins

DAY_MS = 86_400_000
LATE_MS = 3_600_000
GONE_DAYS = 30
NAMED = 20
"""Exceptions of a camera that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Held:
    """A recording that is older than its camera's rule. why: who holds it; empty when nobody does."""

    start_ms: int
    end_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted on one day, which begins at day_ms: count segments of times from oldest_ms to newest_ms, UTC."""

    day_ms: int
    count: int
    bytes: int
    oldest_ms: int
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one camera. name: empty for one that was removed. days: its rule; None: until there is no room.

    oldest_ms, newest_ms: UTC ms, None without recordings. count, bytes: segments and their size. older: how many are
    older than the rule; held: the first of them; gone: what was deleted in the last GONE_DAYS days.
    """

    camera: int
    name: str
    days: int | None
    oldest_ms: int | None
    newest_ms: int | None
    count: int
    bytes: int
    older: int
    held: list[Held] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)

    @property
    def keeps_rule(self) -> bool:
        """Whether nothing is older than the rule says; where there is no rule, nothing can be."""
        return self.older == 0


def proof(clock: Clock, camera_ids: set[int]) -> list[Kept]:
    """What is kept of these cameras."""
    rows = cameras().filter(pk__in=camera_ids).order_by("pk").values_list("pk", "name", "retention_days")
    return [_kept(pk, name, days, clock.wall_ms()) for pk, name, days in rows]


def left_behind() -> list[int]:
    """Cameras that were removed and of which recordings still are there; they go within minutes."""
    known = set(cameras().values_list("pk", flat=True))
    found, after = [], -1
    while (
        first := Segment.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
    ) is not None:
        camera_id = camera_of(first)
        after = camera_range(camera_id)[1] - 1
        if camera_id not in known:
            found.append(camera_id)
    return found


def statement(kept: list[Kept], removed: list[int], site: str, made: str, by: str) -> dict[str, Any]:
    """The proof as what is signed. made: RFC 3339; times in it are UTC ms."""
    return {
        "format": "eyrie-retention/1",
        "site": site,
        "made_at": made,
        "made_by": by,
        "cameras": [{**asdict(one), "keeps_rule": one.keeps_rule} for one in kept],
        "removed_cameras_with_recordings": removed,
    }


def _kept(camera_id: int, name: str, days: int | None, now_ms: int) -> Kept:
    rows = _segments(camera_id)
    told = rows.aggregate(count=Count("pk"), bytes=Sum("size"), newest=Max("end_ms"))
    oldest = min(filter(None, (first_start_ms(camera_id, stream) for stream in Stream)), default=None)
    older, held = _exceptions(rows, now_ms - days * DAY_MS - LATE_MS) if days is not None else (0, [])
    gone = [
        Gone(one.day_ms, one.count, one.bytes, one.oldest_ms, one.newest_ms)
        for one in removals(camera_id, now_ms - GONE_DAYS * DAY_MS)
    ]
    return Kept(camera_id, name, days, oldest, told["newest"], told["count"], told["bytes"] or 0, older, held, gone)


def _segments(camera_id: int) -> QuerySet[Segment]:
    low, high = camera_range(camera_id)
    return Segment.objects.filter(pk__gt=low, pk__lt=high)


def _exceptions(rows: QuerySet[Segment], before_ms: int) -> tuple[int, list[Held]]:
    older = rows.filter(end_ms__lt=before_ms)
    count = older.count()
    if not count:
        return 0, []
    named = older.defer("fragments").order_by("pk")[:NAMED]
    return count, [Held(start_of(row.pk), row.end_ms, ask_plugins(row) or "") for row in named]
