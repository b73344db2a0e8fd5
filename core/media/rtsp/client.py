"""The lean RTSP client: a `PacketSource` over one RTSP/TCP connection, without a thread and without FFmpeg."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from core.media.clock import Clock, SystemClock
from core.media.rtsp.formats import choose
from core.media.rtsp.intake import Intake
from core.media.rtsp.session import Session, Target, TransportRefused, converse
from core.media.source import Fault, PacketSink, SourceError

__all__ = ["RtspSource", "Target", "TransportRefused"]

log = logging.getLogger("eyrie.rtsp")

STEP_S = 5.0
HANDSHAKE_S = 10.0


class RtspSource:
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
        self._target = target
        self._audio = audio
        self._clock = clock or SystemClock()
        self._step = step
        self._handshake = handshake
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self, sink: PacketSink) -> None:
        """Begin connecting, on the running event loop."""
        if self._task is not None:
            raise RuntimeError("a source is started once")
        self._task = asyncio.get_running_loop().create_task(self._run(sink), name=f"rtsp {self._target.peer.host}")

    async def stop(self) -> None:
        """TEARDOWN and close; the answer is not waited for."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _run(self, sink: PacketSink) -> None:
        session: Session | None = None
        error: SourceError | None = None
        try:
            async with asyncio.timeout(self._handshake):
                session, intake = await self._open(sink)
            error = await self._stream(session, intake)
        except SourceError as failure:
            error = failure
        except TimeoutError:
            host = self._target.peer.host
            error = SourceError(Fault.TIMEOUT, f"{host} did not get as far as sending within {self._handshake:g} s.")
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            if session is not None:
                session.teardown()
                session.connection.close()
            sink.on_end(None if self._stopping else error)

    async def _open(self, sink: PacketSink) -> tuple[Session, Intake]:
        session, description = await converse(self._target, self._step)
        try:
            formats = choose(description, self._audio)
            detail = {"transport": "rtsps" if self._target.tls else "rtsp/tcp", "server": session.server}
            intake = Intake(formats, self._clock, detail)
            channels = await session.setup(formats)
            for index, (rtp, rtcp) in enumerate(channels):
                session.connection.channels[rtp] = intake.receiver(index).packet
                if index == 0:
                    session.connection.channels[rtcp] = intake.report
            session.connection.on_batch = intake.deliver
            intake.begin(sink, await session.play(formats))
            session.connection.read_by_tick()
        except BaseException:
            session.teardown()
            session.connection.close()
            raise
        log.debug("%s%s: %d tracks", session.target.peer.host, urlsplit(session.target.url).path, len(formats))
        return session, intake

    async def _stream(self, session: Session, intake: Intake) -> SourceError:
        """Keep the session alive until it ends; returns why it did."""
        alive = asyncio.ensure_future(session.stay_alive())
        try:
            await asyncio.wait((alive, session.connection.ended), return_when=asyncio.FIRST_COMPLETED)
            if session.connection.ended.done():
                return session.connection.ended.result()
            error = alive.exception()
            if isinstance(error, SourceError):
                return error
            raise error or RuntimeError("keep-alive ended without a reason")
        finally:
            alive.cancel()
            intake.deliver()
