"""One stream of one camera: one upstream session, fanned out to those who use its access units.

Everything runs on the event loop. A session that fails costs its own stream only; what goes wrong in here while units
are taken ends the session like any other fault, so that no camera's oddity reaches another camera.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.media.clock import Clock
from core.media.source import Fault, PacketSource, SourceError
from core.media.units import AccessUnit, Codec, StreamInfo
from core.pluginhost.guard import describe, guarded
from core.recorder.driving import Driver
from core.recorder.machine import Do, Machine
from core.recorder.protocol import CameraState

if TYPE_CHECKING:
    from core.media.audio import RecordableAudio

log = logging.getLogger("eyrie.recorder.ingest")

T = TypeVar("T")

FLOOD = 40_000_000
"""Bytes a second that no camera sends in earnest (320 Mbit/s); more ends the session."""
RATE_WINDOW = 2.0
WATCHED = 0.04
RECORDED = 0.36
"""Seconds for which a source may gather units: while somebody watches, and while they are recorded only. A wake-up
costs up to 0.3 ms on an idle processor, as much as taking ten pictures. Of the pictures
gathered the youngest has waited at most one picture's duration; it tells the time (core.media.wallclock).
"""


class Consumer(Protocol):
    """Uses a stream's units. Called on the loop; must not block."""

    def on_stream(self, info: StreamInfo) -> None:
        """The tracks from now on."""

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """A batch of units."""

    def on_trouble(self, state: CameraState, message: str) -> None:
        """There are no units for now, and why. Called again when the reason changes."""


class Rates:
    """Frames and bits a second over the last two seconds."""

    def __init__(self) -> None:
        self.fps = 0.0
        self.bitrate = 0
        self.frames = 0
        self.bytes = 0
        self._since = 0.0

    def roll(self, now: float) -> bool:
        """Begin a new window when this one is over; True then."""
        span = now - self._since
        if span < RATE_WINDOW:
            return False
        self.fps, self.bitrate = round(self.frames / span, 1), int(self.bytes * 8 / span)
        self.frames = self.bytes = 0
        self._since = now
        return True


class Ingest:
    """Keeps one stream coming. `on_change` is told when the state or the tracks have changed."""

    def __init__(
        self, name: str, stream: str, driver: Driver, clock: Clock, random: Random, on_change: Callable[[], None]
    ) -> None:
        self.stream = stream
        self.machine = Machine(random)
        self.info: StreamInfo | None = None
        self.rates = Rates()
        self.last_frame_ms = 0
        self._name = name
        self._driver = driver
        self._clock = clock
        self._on_change = on_change
        self._consumers: list[Consumer] = []
        self._attempts: list[_Attempt] = []  # the session, or the tries for one: the first and the youngest
        self._audio: RecordableAudio | None = None
        self._video = -1
        self._stopping: set[asyncio.Task[None]] = set()
        self._shown: tuple[Any, ...] = ()
        self._logged: tuple[Any, ...] = ()
        self._pace = RECORDED

    def start(self) -> None:
        """Begin to want the stream."""
        self._do(self.machine.enable(self._clock.monotonic()))

    async def stop(self) -> None:
        """End the session; returns when the source has let go."""
        self.leave()
        while self._stopping:
            await asyncio.wait(self._stopping)

    def leave(self) -> None:
        """Begin to end the session; it ends by itself."""
        self._do(self.machine.disable())

    def add(self, consumer: Consumer) -> None:
        """Feed a further consumer, from its tracks on."""
        self._consumers.append(consumer)
        if self.info is not None and self.machine.state is CameraState.STREAMING:
            consumer.on_stream(self.info)

    def remove(self, consumer: Consumer) -> None:
        """Feed it no longer."""
        self._consumers.remove(consumer)

    def watched(self, watched: bool) -> None:
        """Whether somebody watches who is in a hurry: then units are to come as soon as they can."""
        self._pace = WATCHED if watched else RECORDED
        for attempt in self._attempts:
            self._set_pace(attempt)

    def tick(self, now: float) -> None:
        """Called about every 0.1 s, every 0.5 s while all is well."""
        if self.rates.bytes > FLOOD * RATE_WINDOW:
            self._fail(SourceError(Fault.PROTOCOL, f"The camera sends more than {FLOOD * 8 // 1_000_000} Mbit/s."))
        self.rates.roll(now)
        if (what := self.machine.tick(now)) is not Do.NOTHING:
            self._do(what)
        self._log(now)

    def opened(self, attempt: _Attempt, info: StreamInfo) -> None:
        """A session has told its tracks: it is the one from now on."""
        for other in [other for other in self._attempts if other is not attempt]:
            self._drop(other)
        video = info.video
        if video is None:
            self._fail(SourceError(Fault.CODEC, "The stream holds no video that can be recorded."))
            return
        self.info, self._video = self._with_audio(info), video.index
        self.machine.opened(self._clock.monotonic())
        self._set_pace(attempt)
        self._guarded(self._give_stream, self.info)
        if self.machine.state is CameraState.STREAMING:
            self._on_change()

    def units(self, units: Sequence[AccessUnit]) -> None:
        """A batch of the session."""
        rates, video, frames = self.rates, self._video, 0
        for unit in units:
            rates.bytes += len(unit.data)
            if unit.track == video:
                frames += 1
                self.last_frame_ms = unit.wall_ms
        if frames:
            rates.frames += frames
            self.machine.picture(self._clock.monotonic())
        self._guarded(self._give_units, units)
        self._tell()

    def ended(self, attempt: _Attempt, error: SourceError) -> None:
        """A session or a try has failed; of several tries a silent one is no news while another goes on."""
        self._attempts.remove(attempt)
        if not self._attempts or error.fault not in (Fault.TIMEOUT, Fault.ADDRESS):
            self._fail(error)

    def _fail(self, error: SourceError) -> None:
        self._do(self.machine.ended(error, self._clock.monotonic()))

    def _with_audio(self, info: StreamInfo) -> StreamInfo:
        """The stream as consumers get it: G.711 as FLAC."""
        self._audio = None
        if info.audio is None or info.audio.codec not in (Codec.PCMU, Codec.PCMA):
            return info
        from core.media.audio import RecordableAudio  # loads PyAV: 30 MB that a recorder without G.711 does not need

        self._audio = RecordableAudio()
        return self._audio.on_stream(info)

    def _give_stream(self, info: StreamInfo) -> None:
        for consumer in self._consumers:
            consumer.on_stream(info)

    def _give_units(self, units: Sequence[AccessUnit]) -> None:
        if self._audio is not None:
            units = self._audio.on_units(units)
        for consumer in self._consumers:
            consumer.on_units(units)

    def _give_trouble(self, state: CameraState) -> None:
        for consumer in self._consumers:
            consumer.on_trouble(state, self.machine.message)

    def _guarded(self, give: Callable[[T], None], what: T) -> None:
        """Give consumers something. What their code cannot take ends this session, and is no matter of the source's."""
        outcome = guarded("core", give, what)
        if outcome.error is not None:
            log.error("%s: taking its units failed", self._name, exc_info=outcome.error)
            if self.machine.state is CameraState.STREAMING:
                why = f"The stream could not be taken ({describe(outcome.error)})."
                self._fail(SourceError(Fault.PROTOCOL, why))

    def _do(self, what: Do) -> None:
        if what in (Do.CONNECT, Do.DISCONNECT):
            for attempt in self._attempts[:]:
                self._drop(attempt)
        if what is Do.OVERLAP and len(self._attempts) > 1:
            self._drop(self._attempts[-1])
        self._tell()
        if what in (Do.CONNECT, Do.OVERLAP):
            self._begin()

    def _begin(self) -> None:
        attempt = _Attempt(self)
        self._attempts.append(attempt)
        try:
            attempt.source = self._driver.begin(self.stream, attempt)
        except SourceError as error:
            attempt.on_end(error)

    def _set_pace(self, attempt: _Attempt) -> None:
        """Only once it has told its tracks: how a session opens, and when, is seen best from near."""
        if attempt.opened and attempt.source is not None:
            self._driver.pace(attempt.source, self._pace)

    def _drop(self, attempt: _Attempt) -> None:
        self._attempts.remove(attempt)
        attempt.ingest = None
        if attempt.source is not None:
            task = asyncio.get_running_loop().create_task(self._driver.end(attempt.source))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    def _tell(self) -> None:
        """Pass a change of state on, once."""
        machine = self.machine
        shown = (machine.state, machine.fault, machine.message)
        if shown == self._shown:
            return
        self._shown = shown
        if machine.state is not CameraState.STREAMING:
            self._guarded(self._give_trouble, machine.state)
        self._log(self._clock.monotonic())
        self._on_change()

    def _log(self, now: float) -> None:
        """Each change once; what may be a camera that is starting too, only when it lasts."""
        if self._logged == self._shown or self.machine.starting(now):
            return
        self._logged = self._shown
        state, fault, message = self._shown
        if state is CameraState.STREAMING:
            log.info("%s is streaming.", self._name)
        elif fault is not None:
            log.warning("%s is %s: %s", self._name, state, message)


class _Attempt:
    """The sink of one session or try; deaf once it has been dropped."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest: Ingest | None = ingest
        self.source: PacketSource | None = None
        self.opened = False

    def on_stream(self, info: StreamInfo) -> None:
        if self.ingest is not None:
            self.opened = True
            self.ingest.opened(self, info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        if self.ingest is not None and self.opened:
            self.ingest.units(units)

    def on_end(self, error: SourceError | None) -> None:
        ingest, self.ingest = self.ingest, None
        if ingest is not None:
            ingest.ended(self, error or SourceError(Fault.CLOSED, "The source stopped by itself."))
