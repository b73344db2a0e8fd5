"""How loud it was, as a detector heard it: the loudest of every two seconds, a byte each, kept minute by minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from core.recording.ids import id_range, segment_id, start_of
from core.recording.models import LoudMinute
from core.recording.motion import MINUTE_MS, minute_of
from core.recording.router import index_alias
from core.recording.steps import greatest

STEP_MS = 2000
_STEPS = MINUTE_MS // STEP_MS
_HALVES = 2  # steps of a decibel
_MOST = 255  # full scale; 0 says that nobody listened


@dataclass(frozen=True, slots=True)
class LoudLevel:
    """The loudest of STEP_MS from at_ms on, UTC. level: dB below full scale, 0 to -127; kept to half a decibel."""

    at_ms: int
    level: float


def store_loudness(levels: Mapping[int, Sequence[LoudLevel]]) -> None:
    """Keep levels, by camera id; of a moment that is stored already the louder one counts.

    Blocks on the database: never on an event loop. Raises django.db.Error; then nothing is stored.
    """
    minutes: dict[int, bytearray] = {}
    for camera_id, seen in levels.items():
        for one in seen:
            minute = minutes.setdefault(segment_id(camera_id, 0, minute_of(one.at_ms)), bytearray(_STEPS))
            _note(minute, one.at_ms % MINUTE_MS // STEP_MS, _packed(one.level))
    if not minutes:
        return
    with transaction.atomic(using=index_alias()):
        stored = LoudMinute.objects.select_for_update().filter(pk__in=minutes)
        for pk, packed in stored.values_list("pk", "levels"):
            for step, level in enumerate(bytes(packed)):
                _note(minutes[pk], step, level)
        LoudMinute.objects.bulk_create(
            [LoudMinute(id=pk, loudest=max(minute), levels=bytes(minute)) for pk, minute in minutes.items()],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["loudest", "levels"],
        )


def loudness_between(camera_id: int, start_ms: int, end_ms: int) -> Iterator[LoudLevel]:
    """How loud it was on a camera in [start_ms, end_ms), where somebody listened, in the order of time."""
    for pk, packed in _minutes(camera_id, start_ms, end_ms):
        for step, level in enumerate(packed):
            at_ms = start_of(pk) + step * STEP_MS
            if level and start_ms <= at_ms < end_ms:
                yield LoudLevel(at_ms, _unpacked(level))


def loudest_of(camera_ids: Sequence[int], start_ms: int, end_ms: int, step_ms: int) -> dict[int, list[float | None]]:
    """The loudest of each step from start_ms to end_ms (UTC ms) by camera, in dB below full scale.

    None where nobody listened; cameras of which that is so all the time are left out. Steps below a minute are read
    from the levels themselves: for a few hours at most.
    """
    steps = -(-(end_ms - start_ms) // step_ms)
    found: dict[int, list[float | None]] = {}
    for camera_id in camera_ids:
        loudest = bytearray(steps)
        for slot, level in _slots(camera_id, start_ms, end_ms, step_ms):
            if 0 <= slot < steps and level > loudest[slot]:
                loudest[slot] = level
        if any(loudest):
            found[camera_id] = [_unpacked(level) if level else None for level in loudest]
    return found


def _slots(camera_id: int, start_ms: int, end_ms: int, step_ms: int) -> Iterator[tuple[int, int]]:
    """(number of the step, packed level); several levels may lie in one step."""
    if step_ms >= MINUTE_MS:
        yield from greatest(LoudMinute, "loudest", camera_id, start_ms, end_ms, step_ms)
        return
    for pk, packed in _minutes(camera_id, start_ms, end_ms):
        first_ms = start_of(pk) - start_ms
        for step, level in enumerate(packed):
            yield (first_ms + step * STEP_MS) // step_ms, level


def _minutes(camera_id: int, start_ms: int, end_ms: int) -> Iterator[tuple[int, bytes]]:
    low, high = id_range(camera_id, 0, minute_of(start_ms) - 1, end_ms)
    rows = LoudMinute.objects.filter(pk__gt=low, pk__lt=high).order_by("pk")
    return ((pk, bytes(packed)) for pk, packed in rows.values_list("pk", "levels").iterator())


def _unpacked(level: int) -> float:
    return (level - _MOST) / _HALVES


def _packed(level: float) -> int:
    return min(max(round(level * _HALVES) + _MOST, 1), _MOST)


def _note(minute: bytearray, step: int, level: int) -> None:
    minute[step] = max(minute[step], level)
