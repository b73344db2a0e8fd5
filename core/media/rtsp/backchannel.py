"""Talking to a camera: its loudspeaker over RTSP (ONVIF Streaming Specification, section 5.3).

A session of its own, with `Require: www.onvif.org/ver20/backchannel`, in which only the track is set up that the camera
marks `sendonly`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from core.media.clock import Clock, SystemClock
from core.media.rtsp.formats import Format, spoken_formats
from core.media.rtsp.lanes import Lane, set_up
from core.media.rtsp.packetise import packetiser
from core.media.rtsp.sdp import Description
from core.media.rtsp.serving_outlet import Outlet, Parcel
from core.media.rtsp.session import OptionRefused, Session, Target, converse
from core.media.rtsp.voice import PREFERRED, VoiceEncoder
from core.media.source import Fault, SourceError
from core.media.units import AccessUnit

BACKCHANNEL = "www.onvif.org/ver20/backchannel"
STEP_S = 5.0
MOST_UNSENT = 32 * 1024
"""Bytes that may wait for a camera that does not take them: four seconds of G.711."""

_REQUIRE = {method: {"Require": BACKCHANNEL} for method in ("DESCRIBE", "SETUP", "PLAY")}
_LATE_S = 0.1


class Backchannel:
    """An open way to a loudspeaker; see `open_backchannel`. sample_rate: Hz of what `say` takes."""

    def __init__(self, session: Session, chosen: Format, lane: Lane, clock: Clock) -> None:
        self._session = session
        self._lane = lane
        self._clock = clock
        track = chosen.audio_track(0)
        self.codec = track.codec
        self.sample_rate = track.sample_rate
        self._encoder = VoiceEncoder(track)
        self._packetiser = packetiser(track)
        self._outlet = Outlet(track, chosen.media.payload_type)
        self._said = 0  # samples, pauses included
        self._ends: float | None = None  # when what was said so far has been heard, by the clock

    async def say(self, pcm: bytes) -> None:
        """Send speech: mono, signed 16 bits, little-endian, in pieces of 20 to 100 ms at the pace of speech, since a
        camera keeps little of what comes too early. Raises SourceError when the camera has left or takes no more.
        """
        connection = self._session.connection
        if connection.ended.done():
            raise connection.ended.result()
        if connection.unsent > MOST_UNSENT:
            raise SourceError(Fault.TIMEOUT, f"{self._session.target.peer.host} does not take the sound any more.")
        self._skip_pause(len(pcm) // 2)
        for frame, samples in self._encoder.encode(pcm):
            self._send(AccessUnit(0, self._said, self._said, samples, True, self._clock.wall_ms(), frame))
            self._said += samples

    def _send(self, unit: AccessUnit) -> None:
        payloads = self._packetiser.payloads(unit)
        parcel = Parcel(0, unit.pts, unit.wall_ms, True, payloads, sum(map(len, payloads)))
        if report := self._outlet.report(parcel):
            self._lane.send(report, report=True)
        for header, payload in self._outlet.packets(parcel):
            self._lane.send(header + payload, report=False)

    def _skip_pause(self, samples: int) -> None:
        """RTP time goes on while nobody speaks (RFC 3551 section 4.1)."""
        now = self._clock.monotonic()
        ends = now if self._ends is None else self._ends
        if now - ends > _LATE_S:
            self._said += round((now - ends) * self.sample_rate)
            ends = now
        self._ends = ends + samples / self.sample_rate


@asynccontextmanager
async def open_backchannel(
    target: Target, *, clock: Clock | None = None, step: float = STEP_S
) -> AsyncIterator[Backchannel]:
    """The loudspeaker of a camera, until the context ends. step: seconds for each answer.

    Raises SourceError: CODEC when there is none that we can talk to.
    """
    session, description = await _described(target, step)
    with closing(session.connection):
        formats = [found for found in spoken_formats(description) if found.codec in PREFERRED]
        if not formats:
            raise SourceError(Fault.CODEC, _silent(target))
        chosen = min(formats, key=lambda found: PREFERRED.index(found.codec))
        lane = await set_up(session, chosen)
        alive = None
        try:
            await session.play([chosen])
            alive = asyncio.create_task(_stay_alive(session))
            yield Backchannel(session, chosen, lane, clock or SystemClock())
        finally:
            if alive is not None:
                alive.cancel()
            session.teardown()
            lane.close()


async def _stay_alive(session: Session) -> None:
    """Until the session is over, which the connection then tells."""
    with suppress(SourceError):
        await session.stay_alive()
    session.connection.close()


async def _described(target: Target, step: float) -> tuple[Session, Description]:
    try:
        return await converse(target, step, _REQUIRE)
    except OptionRefused:
        raise SourceError(Fault.CODEC, _silent(target)) from None


def _silent(target: Target) -> str:
    return f"{target.peer.host} offers no loudspeaker that Eyrie can talk to."
