"""Talking to cameras: what a driver offers of their loudspeakers."""

from __future__ import annotations

from typing import Protocol


class Loudspeaker(Protocol):
    """An open way to a camera's loudspeaker."""

    @property
    def sample_rate(self) -> int:
        """Hz of what `say` takes: 8000, 16000 …"""

    async def say(self, pcm: bytes) -> None:
        """Send speech: mono, signed 16 bits, little-endian; called with 20 ms at the pace of speech, pauses left out.

        Returns soon, without waiting for it to be heard. Raises core.api.SourceError when the camera is not there any
        more or takes no more.
        """
