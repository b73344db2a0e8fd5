"""The lean RTSP client: a `PacketSource` over one RTSP/TCP connection, without a thread and without FFmpeg."""

from __future__ import annotations

import asyncio

from core.media.burst import LONGEST_S
from core.media.clock import Clock, SystemClock
from core.media.rtsp.connection import Connection
from core.media.rtsp.formats import choose
from core.media.rtsp.intake import Intake
from core.media.rtsp.session import Session, Target, TransportRefused, converse
from core.media.source import Fault, PacketSink, SourceError
from core.media.task_source import TaskSource

__all__ = ["RtspSource", "Target", "TransportRefused"]

STEP_S = 5.0
HANDSHAKE_S = 10.0


class RtspSource(TaskSource):
    """One session with one stream of an RTSP or RTSPS server, media interleaved in the connection.

    step: seconds for the connection and for each answer; handshake: seconds for all of them up to PLAY.
    Whether frames come is not watched here: the recorder's watchdog does that for every kind of source.
    """

    def __init__(
        self,
        target: Target,
        *,
        audio: bool = True,
        clock: Clock | None = None,
        step: float = STEP_S,
        handshake: float = HANDSHAKE_S,
    ) -> None:
        super().__init__(target.peer.host)
        self._target = target
        self._audio = audio
        self._clock = clock or SystemClock()
        self._step = step
        self._handshake = handshake
        self._connection: Connection | None = None

    def pace(self, seconds: float) -> None:
        """How long what has come may wait to be read; see `core.media.source.PacedSource`."""
        if self._connection is not None:
            self._connection.pace(seconds)

    async def _run(self, sink: PacketSink) -> SourceError | None:
        try:
            async with asyncio.timeout(self._handshake):
                session, intake = await self._open(sink)
        except TimeoutError:
            message = f"{self.name} did not get as far as sending within {self._handshake:g} s."
            raise SourceError(Fault.TIMEOUT, message) from None
        try:
            return await self._stream(session, intake)
        finally:
            intake.finish()
            _close(session)

    async def _open(self, sink: PacketSink) -> tuple[Session, Intake]:
        session, description = await converse(self._target, self._step)
        connection = session.connection
        try:
            formats = choose(description, self._audio)
            detail = {"transport": "rtsps" if self._target.tls else "rtsp/tcp", "server": session.server}
            intake = Intake(formats, self._clock, detail)
            for index, (rtp, rtcp) in enumerate(await session.setup(formats)):
                receiver = intake.receiver(index)
                connection.channels[rtp], connection.runs[rtp] = receiver.packet, receiver.run
                if index == 0:
                    connection.channels[rtcp] = intake.report
            connection.on_batch = intake.deliver
            intake.begin(sink, await session.play(formats))
            connection.read_by_tick()
            self._connection = connection
        except BaseException:
            _close(session)
            raise
        return session, intake

    async def _stream(self, session: Session, intake: Intake) -> SourceError:
        """Keep the session alive until it ends; returns why it did."""
        # Over TLS the intake is asked when data comes only, which may be long after the opening burst.
        opened = asyncio.get_running_loop().call_later(LONGEST_S, intake.deliver)
        alive = asyncio.ensure_future(session.stay_alive())
        ended = session.connection.ended
        try:
            await asyncio.wait((alive, ended), return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else await alive
        finally:
            opened.cancel()
            alive.cancel()


def _close(session: Session) -> None:
    session.teardown()
    session.connection.close()
