"""One camera's own recordings, for `core.api.Edge`.

The device's clock may be wrong: it is asked for, and given, its own times. A small difference is left alone, as a clock
is read to the second only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from core.api import AccessUnit, EdgeStretch, StreamInfo
from core.api.media import RtspTarget, replayed
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.devices import device_of
from plugins.onvif.edge.search import of_camera, recordings, replay_uri, stretches
from plugins.onvif.settings import OnvifSettings
from plugins.onvif.streams import fault_of, target_of

_RIGHT_MS = 2_000


class OnvifCard:
    """What a device keeps of one channel."""

    def __init__(self, settings: OnvifSettings) -> None:
        self._settings = settings

    async def holdings(self, start_ms: int, end_ms: int) -> Sequence[EdgeStretch]:
        """See core.api.Edge."""
        try:
            return await asyncio.to_thread(self._holdings, start_ms, end_ms)
        except OnvifError as error:
            raise fault_of(error) from error

    async def fetch(
        self, stretch: EdgeStretch, start_ms: int, end_ms: int
    ) -> AsyncGenerator[StreamInfo | Sequence[AccessUnit], None]:
        """See core.api.Edge."""
        try:
            ahead, target = await asyncio.to_thread(self._way, stretch.token)
        except OnvifError as error:
            raise fault_of(error) from error
        parts = replayed(target, start_ms + ahead, end_ms + ahead, audio=self._settings.audio)
        async with aclosing(parts):
            async for part in parts:
                if isinstance(part, StreamInfo) or not ahead:
                    yield part
                else:
                    yield [replace(unit, wall_ms=unit.wall_ms - ahead) for unit in part]

    def _holdings(self, start_ms: int, end_ms: int) -> list[EdgeStretch]:
        device, ahead = device_of(self._settings), self._ahead()
        mine = of_camera(recordings(device), self._names())
        found = [
            EdgeStretch(one.token, a - ahead, b - ahead)
            for one in mine
            for a, b in stretches(device, one, start_ms + ahead, end_ms + ahead)
        ]
        return sorted(found, key=lambda one: one.start_ms)

    def _way(self, recording: str) -> tuple[int, RtspTarget]:
        ahead = self._ahead()
        return ahead, target_of(self._settings, replay_uri(device_of(self._settings), recording))

    def _names(self) -> list[str]:
        settings = self._settings
        return [name for name in (settings.channel, settings.main_profile) if name]

    def _ahead(self) -> int:
        """ms by which the device's clock is ahead of ours; 0 where it is right."""
        ahead = device_of(self._settings).ahead_ms()
        return 0 if abs(ahead) < _RIGHT_MS else ahead
