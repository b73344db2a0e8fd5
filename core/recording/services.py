"""What other rooms ask of recording."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Greatest, Least

from core.recording.models import Trigger

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


def forget_triggers(now_ms: int) -> None:
    """Remove the rows that ended a week ago: their sources do not ask again."""
    Trigger.objects.filter(until_ms__lt=now_ms - KEPT_MS).delete()
