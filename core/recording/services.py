"""What other rooms ask of recording."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from core.recording.models import Gap, Trigger
from core.recording.router import index_alias

SHORTEST_GAP_MS = 250
"""A shorter interruption is none: the timeline joins over it."""
LONGEST_MS = 24 * 3_600_000
KEPT_MS = 7 * LONGEST_MS


def trigger(camera_id: int, start_ms: int, until_ms: int, source: str) -> None:
    """Have a camera recorded in [start_ms, until_ms), UTC ms, when its mode is motion or event. The recorder adds the
    camera's pre-roll and post-roll, and joins what overlaps. It learns of it within two seconds, and what it keeps in
    memory reaches back beyond that; what lies further back is not to be had any more.

    source: who asks, at most 100 characters. Asking again from the same source makes its stretch longer, never double,
    so that it may be repeated after a failure. Blocks on the database: never on an event loop. Raises ValueError with
    a sentence.
    """
    if not 0 < until_ms - start_ms <= LONGEST_MS:
        raise ValueError(
            f"until_ms: {until_ms - start_ms} ms after start_ms; give up to {LONGEST_MS} ms, and more than 0."
        )
    if not 0 < len(source) <= 100:
        raise ValueError(f"source: has {len(source)} characters; give 1 to 100.")
    row, new = Trigger.objects.get_or_create(
        camera_id=camera_id, source=source, defaults={"start_ms": start_ms, "until_ms": until_ms}
    )
    if not new:
        Trigger.objects.filter(pk=row.pk).update(
            start_ms=Least(F("start_ms"), start_ms), until_ms=Greatest(F("until_ms"), until_ms)
        )


def fetched_later(camera_id: int, stream: int, start_ms: int, end_ms: int) -> None:
    """What had been missing in [start_ms, end_ms) is there now: gaps that are over are cut by it. Blocks."""
    with transaction.atomic(using=index_alias()):
        over = Gap.objects.filter(camera_id=camera_id, stream=stream, start_ms__lt=end_ms, end_ms__gt=start_ms)
        for gap in over:
            rest = [(gap.start_ms, start_ms), (end_ms, gap.end_ms or end_ms)]
            gap.delete()
            Gap.objects.bulk_create(
                Gap(camera_id=camera_id, stream=stream, start_ms=a, end_ms=b, reason=gap.reason, detail=gap.detail)
                for a, b in rest
                if b - a >= SHORTEST_GAP_MS
            )


def forget_triggers(now_ms: int) -> None:
    """Remove the rows that ended a week ago: their sources do not ask again."""
    Trigger.objects.filter(until_ms__lt=now_ms - KEPT_MS).delete()
