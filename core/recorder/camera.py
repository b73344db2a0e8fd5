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
from core.recorder.gaps import GapKeeper
from core.recorder.ingest import Ingest
from core.recorder.live import Live, Viewer
from core.recorder.protocol import CameraState, CameraStatus, NoSuchStream
from core.recorder.volumes import Volumes
from core.recorder.writing import Recording
from core.recording.entries import GapReason

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
    """One stream of a camera: ingest, live view, and recording when wanted."""

    def __init__(self, ingest: Ingest, recording: Recording | None) -> None:
        self.ingest = ingest
        self.live = Live()
        self.recording = recording
        self.idle_since: float | None = None
        ingest.add(self.live)
        if recording is not None:
            ingest.add(recording)

    def describe(self) -> dict[str, Any]:
        """What the status says of it."""
        info, rates = self.ingest.info, self.ingest.rates
        return _describe(info, rates.fps, rates.bitrate) if info is not None else {}


class CameraNode:
    """Runs one camera with one configuration; a changed configuration makes a new node."""

    def __init__(
        self, config: CameraConfig, around: Surroundings, on_status: Callable[[CameraStatus, CameraStatus], None]
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
        self._continuous = config.recording == RecordingMode.CONTINUOUS

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the streams that the camera offers."""
        return self._driver.streams()

    @property
    def calm(self) -> bool:
        """Every stream is well, or not wanted: nothing is to be tried or given up within the next seconds."""
        return all(stream.ingest.machine.calm for stream in self._streams.values())

    def start(self) -> None:
        """Begin what is wanted always: the main stream, and the sub stream if it is recorded."""
        if not self.config.enabled:
            for name in self._recorded():
                self._around.keeper(self.config.id, name).lost(GapReason.DISABLED)
            self._tell()
            return
        for name in {"main", *self._recorded()}:
            self._begin(name)
        for name in {"main", "sub"} - set(self._recorded()):
            self._around.keeper(self.config.id, name).unwanted()

    def accepts(self, config: CameraConfig) -> bool:
        """Take over a configuration that changes nothing of what is fetched and recorded; False when it does."""
        if _essence(config) != _essence(self.config):
            return False
        self.config = config
        return True

    async def stop(self) -> None:
        """End everything; what was recorded is closed first, before this waits for the sources."""
        self._stopped = True
        for stream in self._streams.values():
            if stream.recording is not None:
                stream.recording.close()
                stream.ingest.remove(stream.recording)
        await asyncio.gather(*(stream.ingest.stop() for stream in self._streams.values()))

    def tick(self, now: float) -> None:
        """Called about every 0.1 s, every 0.5 s while all is well."""
        for name, stream in list(self._streams.items()):
            stream.ingest.tick(now)
            if name != "main" and stream.recording is None and not stream.live.watched:
                self._let_go(name, stream, now)
        if now - self._refreshed >= REFRESH:
            self._refreshed = now
            self._tell()

    def status(self) -> CameraStatus:
        """How the camera is doing, by its main stream."""
        return self._told

    def watch(self, stream: str, viewer: Viewer) -> None:
        """Show a stream to a viewer, fetching it if nobody did. Raises LookupError."""
        wanted = self._wanted(stream)
        wanted.live.add(viewer)
        wanted.ingest.watched(True)

    def unwatch(self, stream: str, viewer: Viewer) -> None:
        """End that."""
        if found := self._streams.get(stream):
            found.live.remove(viewer)
            found.ingest.watched(found.live.watched)

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

    def _recorded(self) -> list[str]:
        if not self._continuous:
            return []
        return ["main", "sub"] if self.config.record_sub and "sub" in self.names else ["main"]

    def _begin(self, name: str) -> None:
        around, config = self._around, self.config
        title = f"Camera {config.id} ({config.name}), {name}"
        ingest = Ingest(title, name, self._driver, around.clock, around.random, self._tell)
        recording = None
        if name in self._recorded():
            keeper = around.keeper(config.id, name)
            recording = Recording(config.id, name, around.volumes, keeper, around.fragment_ms, around.segment_ms)
        self._streams[name] = _Stream(ingest, recording)
        ingest.start()

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
            recording=main.recording is not None and main.recording.active,
            last_frame_ms=main.ingest.last_frame_ms,
            streams={name: found for name, stream in self._streams.items() if (found := stream.describe())},
        )


def _essence(config: CameraConfig) -> tuple[Any, ...]:
    return config.enabled, config.recording, config.record_sub, config.driver, config.settings, config.fault


def _describe(info: StreamInfo, fps: float, bitrate: int) -> dict[str, Any]:
    video, audio = info.video, info.audio
    if video is None:
        return {}
    return {
        "codec": video.codec.value,
        "width": video.width,
        "height": video.height,
        "fps": fps or video.fps,
        "bitrate": bitrate,
        "audio": audio.codec.value if audio else "",
    }
