"""What the database says about when to record: the site's calendar, triggers, and events that trigger. Blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from core.cameras.queries import CameraConfig, calendar
from core.events.queries import events
from core.recorder.gate import Stretches
from core.recording.queries import triggers
from core.recording.schedule import Calendar, Mode, mode_at

RECENT_MS = 60_000
"""What ended earlier has been recorded, or is not in memory any more."""
LASTING_MS = 3_600_000
"""An event that does not end triggers no longer: it may have been forgotten by who began it."""
AHEAD_MS = 5_000
"""An event that lasts is expected to last until it is looked at again."""
MOST = 2_000
"""Newest events looked at; older ones of such a flood have triggered already."""
HEALTH = ("camera.", "storage.", "plugin.", "system.")
"""Eyrie's own events, which trigger only where they are named."""

FIXED = (Mode.CONTINUOUS.value, Mode.OFF.value)


@dataclass(frozen=True, slots=True)
class Occasions:
    """calendar: what schedules go by; asked: by camera id, [start, end) of what triggers, UTC ms, without the rolls."""

    calendar: Calendar = field(default_factory=Calendar)
    asked: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def stretches(self, config: CameraConfig) -> Stretches:
        """What is to be recorded of a camera: with pre-roll and post-roll, in order, joined where they touch."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(self.asked.get(config.id, ())):
            start, end = start - config.pre_roll_ms, end + config.post_roll_ms
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def occasions(configs: Iterable[CameraConfig], now_ms: int) -> Occasions:
    """For cameras that do not go by one fixed mode; costs nothing when there are none."""
    wanted = [config for config in configs if config.enabled and config.recording not in FIXED]
    if not wanted:
        return Occasions()
    found = Occasions(calendar())
    waiting = {
        config.id: (config, mode)
        for config in wanted
        if (mode := mode_at(config.schedule, found.calendar, now_ms)) in (Mode.MOTION, Mode.EVENT)
    }
    if waiting:
        for camera_id, start_ms, until_ms in triggers(waiting, now_ms - RECENT_MS):
            found.asked.setdefault(camera_id, []).append((start_ms, until_ms))
        for camera_id, type_name, start_ms, end_ms in _events(list(waiting), now_ms):
            if triggers_recording(type_name, *waiting[camera_id]):
                until_ms = now_ms + AHEAD_MS if end_ms is None else end_ms
                found.asked.setdefault(camera_id, []).append((start_ms, until_ms))
    return found


def triggers_recording(type_name: str, config: CameraConfig, mode: Mode) -> bool:
    """Whether an event of this type has its camera recorded in this mode."""
    if mode is Mode.MOTION:
        return type_name.startswith("motion.")
    if not config.record_on:
        return not type_name.startswith(HEALTH)
    return any(
        type_name.startswith(wanted[:-1]) if wanted.endswith(".*") else type_name == wanted
        for wanted in config.record_on
    )


def _events(camera_ids: Sequence[int], now_ms: int) -> Iterable[tuple[int, str, int, int | None]]:
    """Camera, type, start and end of what lasts, or ended not long ago."""
    since = now_ms - RECENT_MS
    rows = events(camera_ids=camera_ids, start_ms=now_ms - LASTING_MS)
    rows = rows.filter(Q(end_ms__isnull=True) | Q(end_ms__gte=since) | Q(start_ms__gte=since))
    return rows.values_list("camera_id", "type", "start_ms", "end_ms")[:MOST]
