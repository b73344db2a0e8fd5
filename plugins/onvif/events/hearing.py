"""Which topics each camera has sent, for people who want to make something of those that Eyrie does not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.api import Clock
from plugins.onvif.events.notices import Notice
from plugins.onvif.models import HeardTopic

MOST_TOPICS = 200
WRITE_EVERY_MS = 5_000


@dataclass(slots=True)
class _Heard:
    known: bool = False
    items: dict[str, Any] = field(default_factory=dict)
    count: int = 0
    last_ms: int = 0


class Ear:
    """Of all cameras; written to the database every few seconds. Used by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._news: dict[tuple[int, str], _Heard] = {}
        self._rows: dict[int, set[str]] = {}
        self._written_ms = 0

    def hear(self, camera_id: int, notice: Notice, *, known: bool) -> None:
        """Note a notification."""
        heard = self._news.setdefault((camera_id, notice.topic), _Heard())
        heard.known, heard.count, heard.last_ms = known, heard.count + 1, self._clock.wall_ms()
        heard.items = {"source": dict(notice.source), "key": dict(notice.key), "data": dict(notice.data)}

    def write(self, *, now: bool = False) -> None:
        """Store what is new, when it is time."""
        if not self._news or (not now and self._clock.wall_ms() - self._written_ms < WRITE_EVERY_MS):
            return
        self._written_ms = self._clock.wall_ms()
        news, self._news = self._news, {}
        for (camera_id, topic), heard in news.items():
            self._keep(camera_id, topic, heard)

    def _keep(self, camera_id: int, topic: str, heard: _Heard) -> None:
        if camera_id not in self._rows:
            self._rows[camera_id] = set(HeardTopic.objects.filter(camera_id=camera_id).values_list("topic", flat=True))
        known = self._rows[camera_id]
        if topic not in known and len(known) >= MOST_TOPICS:
            return
        known.add(topic)
        row = HeardTopic.objects.filter(camera_id=camera_id, topic=topic).first()
        row = row or HeardTopic(camera_id=camera_id, topic=topic)
        row.known, row.items, row.last_ms = heard.known, heard.items, heard.last_ms
        row.count += heard.count
        row.save()
