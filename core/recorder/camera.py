"""One camera in the recorder: its streams, who uses them, and how it is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from core.cameras.models import RecordingMode
from core.cameras.queries import CameraConfig
from core.media.clock import Clock
from core.media.units import StreamInfo
from core.recorder.driving import PluginDriver
from core.recorder.gaps import RENEW_MS, GapKeeper
from core.recorder.gate import Gate, Stretches
from core.recorder.ingest import Ingest
from core.recorder.live import Live, Viewer
from core.recorder.occasions import FIXED, Occasions
from core.recorder.protocol import CameraState, CameraStatus, NoSuchStream
from core.recorder.volumes import Volumes
from core.recorder.writing import Recording
from core.recording.entries import GapReason
from core.recording.schedule import Mode, mode_at

LINGER = 10.0
"""Seconds that a stream which only viewers want goes on after the last of them: reloading a page must not reconnect."""
REFRESH = 2.0

Keeper = Callable[[int, str], GapKeeper]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all cameras of a recorder share. keeper: the gap keeper of a camera's stream, the same one every time."""

    volumes: Volumes
    clock: Clock
    random: Random
    keeper: Keeper
    fragment_ms: int
    segment_ms: int


class _Stream:
    """One stream of a camera: ingest, live view, and the gate to its recording where it is ever recorded."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest
        self.live = Live()
        self.gate: Gate | None = None
        self.idle_since: float | None = None
        ingest.add(self.live)

    def follow(self, mode: Mode, stretches: Stretches, pre_roll_ms: int) -> None:
        """Record by this mode from now on; a stream in trouble tells the gate so when it opens."""
        if self.gate is None:
            return
        changes = self.gate.mode is not mode
        self.gate.follow(mode, stretches, pre_roll_ms)
        machine = self.ingest.machine
        if changes and machine.state is not CameraState.STREAMING:
            self.gate.on_trouble(machine.state, machine.message)

    def describe(self) -> dict[str, Any]:
        """What the status says of it."""
        info, rates = self.ingest.info, self.ingest.rates
        dropped = self.gate.dropped if self.gate is not None else 0
        return _describe(info, rates.fps, rates.bitrate, dropped) if info is not None else {}


class CameraNode:
    """Runs one camera. What changes how it is reached makes a new node; when it is recorded, this one takes up."""

    def __init__(
        self,
        config: CameraConfig,
        around: Surroundings,
        on_status: Callable[[CameraStatus, CameraStatus], None],
        occasions: Occasions,
    ) -> None:
        self.config = config
        self._around = around
        self._on_status = on_status
        self._driver = PluginDriver(config)
        self._streams: dict[str, _Stream] = {}
        self._since_ms = around.clock.wall_ms()
        self._told = CameraStatus(config.id, CameraState.UNKNOWN, self._since_ms)
        self._refreshed = float("-inf")
        self._stopped = False
        self._occasions = occasions
        self._mode = self._mode_now()
        self._recorded = self._to_record()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the streams that the camera offers."""
        return self._driver.streams()

    @property
    def calm(self) -> bool:
        """Every stream is well, or not wanted: nothing is to be tried or given up within the next seconds."""
        return all(stream.ingest.machine.calm for stream in self._streams.values())

    def start(self) -> None:
        """Begin what is wanted always: the main stream, and the sub stream while it is recorded."""
        if not self.config.enabled:
            for name in self._recorded:
                self._around.keeper(self.config.id, name).lost(GapReason.DISABLED)
            self._tell()
            return
        self._begin("main")
        self._follow()

    def follow(self, occasions: Occasions) -> None:
        """Take over what the database says about when to record; that is news only where no fixed mode does."""
        self._occasions = occasions
        if self.config.recording not in FIXED:
            self._follow()

    def accepts(self, config: CameraConfig) -> bool:
        """Take over a configuration that changes nothing of how the camera is reached; False when it does."""
        if _essence(config) != _essence(self.config):
            return False
        self.config = config
        self._follow()
        return True

    async def stop(self) -> None:
        """End everything; what was recorded is closed first, before this waits for the sources."""
        self._stopped = True
        self._renew(0)
        for stream in self._streams.values():
            self._close(stream)
        await asyncio.gather(*(stream.ingest.stop() for stream in self._streams.values()))

    def tick(self, now: float) -> None:
        """Called about every 0.1 s, every 0.5 s while all is well."""
        if self.config.recording == RecordingMode.SCHEDULE and self._mode_now() is not self._mode:
            self._follow()
        for name, stream in list(self._streams.items()):
            stream.ingest.tick(now)
            if name != "main" and not self._records(name) and not stream.live.watched:
                self._let_go(name, stream, now)
        if now - self._refreshed >= REFRESH:
            self._refreshed = now
            self._renew()
            self._tell()

    def status(self) -> CameraStatus:
        """How the camera is doing, by its main stream."""
        return self._told

    def watch(self, stream: str, viewer: Viewer) -> None:
        """Show a stream to a viewer, fetching it if nobody did. Raises LookupError."""
        wanted = self._wanted(stream)
        wanted.live.add(viewer)
        wanted.ingest.watched(wanted.live.hurried)

    def unwatch(self, stream: str, viewer: Viewer) -> None:
        """End that."""
        if found := self._streams.get(stream):
            found.live.remove(viewer)
            found.ingest.watched(found.live.hurried)

    def picture(self, stream: str) -> tuple[int, bytes] | None:
        """The newest keyframe, None while there is none yet. Raises LookupError."""
        return self._wanted(stream).live.picture()

    def _wanted(self, name: str) -> _Stream:
        if not self.config.enabled:
            raise LookupError("The camera is disabled.")
        if name not in self._streams:
            if name not in self.names:
                raise NoSuchStream(f"The camera offers no stream {name!r}; it has {', '.join(self.names)}.")
            self._begin(name)
        self._streams[name].idle_since = None
        return self._streams[name]

    def _to_record(self) -> list[str]:
        """Streams that are recorded at any time."""
        if self.config.recording == RecordingMode.OFF:
            return []
        return ["main", "sub"] if self.config.record_sub and "sub" in self.names else ["main"]

    def _records(self, name: str) -> bool:
        """Whether a stream is to be fetched for its recording now."""
        return self._mode is not Mode.OFF and name in self._recorded

    def _mode_now(self) -> Mode:
        return mode_at(self.config.schedule, self._occasions.calendar, self._around.clock.wall_ms())

    def _follow(self) -> None:
        """Have every stream recorded as mode, triggers and events say now."""
        if not self.config.enabled:
            return
        self._mode = self._mode_now()
        stretches = self._occasions.stretches(self.config)
        self._recorded = self._to_record()
        for name in ("main", "sub"):
            keeper = self._around.keeper(self.config.id, name)
            if name not in self._recorded:
                self._do_not_record(name, keeper)
                continue
            if name not in self._streams and self._mode is not Mode.OFF:
                self._begin(name)
            if name not in self._streams:
                keeper.idle(GapReason.NOT_SCHEDULED)
                continue
            stream = self._streams[name]
            if stream.gate is None:
                self._add_gate(name, stream, keeper)
            stream.follow(self._mode, stretches, self.config.pre_roll_ms)
        self._tell()

    def _do_not_record(self, name: str, keeper: GapKeeper) -> None:
        if name in self._streams:
            self._close(self._streams[name])
        keeper.unwanted()

    def _add_gate(self, name: str, stream: _Stream, keeper: GapKeeper) -> None:
        around = self._around
        recording = Recording(self.config.id, name, around.volumes, keeper, around.fragment_ms, around.segment_ms)
        stream.gate = Gate(recording, keeper)
        stream.ingest.add(stream.gate)

    @staticmethod
    def _close(stream: _Stream) -> None:
        """End a stream's recording; what is being written is closed."""
        if stream.gate is not None:
            stream.gate.close()
            stream.ingest.remove(stream.gate)
            stream.gate = None

    def _begin(self, name: str) -> None:
        around, config = self._around, self.config
        title = f"Camera {config.id} ({config.name}), {name}"
        self._streams[name] = _Stream(Ingest(title, name, self._driver, around.clock, around.random, self._tell))
        self._streams[name].ingest.start()

    def _renew(self, every_ms: int = RENEW_MS) -> None:
        for name in self._recorded:
            self._around.keeper(self.config.id, name).renew(every_ms)

    def _let_go(self, name: str, stream: _Stream, now: float) -> None:
        if stream.idle_since is None:
            stream.idle_since = now
        elif now - stream.idle_since > LINGER:
            del self._streams[name]
            stream.ingest.leave()

    def _tell(self) -> None:
        if self._stopped:
            return
        before, status = self._told, self._status()
        self._told = status
        if status != before:
            self._on_status(status, before)

    def _status(self) -> CameraStatus:
        main = self._streams.get("main")
        if main is None:
            return CameraStatus(self.config.id, CameraState.DISABLED, self._since_ms)
        machine = main.ingest.machine
        if machine.state is not self._told.state:
            self._since_ms = self._around.clock.wall_ms()
        return CameraStatus(
            camera=self.config.id,
            state=machine.state,
            since_ms=self._since_ms,
            message=machine.message,
            fault=machine.fault.value if machine.fault else "",
            retry_in_ms=machine.retry_in_ms(self._around.clock.monotonic()),
            recording=main.gate is not None and main.gate.active,
            mode=self._mode.value,
            last_frame_ms=main.ingest.last_frame_ms,
            streams={name: found for name, stream in self._streams.items() if (found := stream.describe())},
        )


def _essence(config: CameraConfig) -> tuple[Any, ...]:
    return config.enabled, config.driver, config.settings, config.fault


def _describe(info: StreamInfo, fps: float, bitrate: int, drops: int) -> dict[str, Any]:
    video, audio = info.video, info.audio
    if video is None:
        return {}
    return {
        "codec": video.codec.value,
        "width": video.width,
        "height": video.height,
        "fps": fps or video.fps,
        "bitrate": bitrate,
        "drops": drops,
        "audio": audio.codec.value if audio else "",
    }
