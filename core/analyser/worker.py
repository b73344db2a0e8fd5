"""A process in which the detectors of one plugin run, for all cameras. One thread: what hangs in it hangs it all, and
the supervisor kills it by its missing heartbeat; what it eats beyond its limit it alone does not get.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.analyser.packets import SAMPLE_BYTES, Kind, pack_sight, pack_wants, receive, send, socket_path
from core.analyser.picturing import gray_png
from core.analyser.shelf import ShelfView
from core.analyser.trails import Trails
from core.detection.queries import opened_config
from core.hookspecs.detectors import Detector, DetectorSpec, Frame, Sight, Sound
from core.pluginhost import host
from core.pluginhost.guard import describe

log = logging.getLogger("eyrie.analyser.worker")

IDLE = 1.0
"""Seconds between heartbeats while nothing comes."""
AGAIN = 0.5
"""Seconds between attempts to reach the analyser."""
_DEPTHS = {"gray": 1, "rgb24": 3, "bgr24": 3}


@dataclass(slots=True)
class _Open:
    """One open detector. trails: of tracks, where it wants them; size: of the newest picture, width and height."""

    number: int
    camera_id: int
    spec: DetectorSpec
    detector: Detector
    shelf: ShelfView | None = None
    trails: Trails = field(default_factory=Trails)
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Look:
    """Something to look at. slot: -1 for tracks."""

    one: _Open
    slot: int
    wall_ms: int
    seen: Any


class Worker:
    """The detectors of a plugin. beat: called often. stopping: whether to end."""

    def __init__(self, plugin: str, data: Path, beat: Callable[[], None], stopping: Callable[[], bool]) -> None:
        self._plugin = plugin
        self._path = socket_path(data)
        self._beat, self._stopping = beat, stopping
        self._open: dict[int, _Open] = {}
        self._looks: deque[_Look] = deque()
        self._channel: socket.socket | None = None

    def run(self) -> None:
        """Look until told to stop; while the analyser is away, wait for it."""
        while not self._stopping():
            self._beat()
            self._channel = self._connected()
            if self._channel is None:
                time.sleep(AGAIN)
                continue
            with contextlib.suppress(OSError), self._channel:
                send(self._channel, [Kind.HELLO, self._plugin])
                self._serve(self._channel)
            self._close_all()

    def _connected(self) -> socket.socket | None:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            channel.connect(str(self._path))
        except OSError:
            channel.close()
            return None
        return channel

    def _serve(self, channel: socket.socket) -> None:
        """Until the analyser is gone: raises OSError then."""
        while not self._stopping():
            self._beat()
            readable, _, _ = select.select([channel], [], [], 0 if self._looks else IDLE)
            if readable:
                self._take(*receive(channel))
            elif self._looks:
                self._look(channel)

    def _take(self, packet: list[Any], fds: list[int]) -> None:
        kind, number, *rest = packet
        one = self._open.get(number)
        if kind == Kind.OPEN:
            self._begin(number, *rest)
        elif one is None:
            for fd in fds:
                os.close(fd)
        elif kind == Kind.CLOSE:
            self._end(one)
        elif kind == Kind.PREVIEW:
            self._tell([Kind.PREVIEW, number, self._preview(one)])
        elif kind == Kind.SHELF:
            self._looks = deque(look for look in self._looks if look.one is not one)
            one.shelf = ShelfView(fds[0], rest[0])
        elif kind == Kind.LOOK and one.shelf is not None:
            slot, wall_ms, width, height, pixel_format = rest
            pixels = one.shelf.picture(slot, width * height * _DEPTHS[pixel_format])
            frame = Frame(one.camera_id, wall_ms, width, height, pixel_format, pixels)
            self._looks.append(_Look(one, slot, wall_ms, frame))
        elif kind == Kind.HEAR and one.shelf is not None:
            slot, wall_ms, rate, samples = rest
            heard = Sound(one.camera_id, wall_ms, rate, one.shelf.picture(slot, samples * SAMPLE_BYTES))
            self._looks.append(_Look(one, slot, wall_ms, heard))
        elif kind == Kind.TRACKS:
            wall_ms, rows = rest
            self._looks.append(_Look(one, -1, wall_ms, one.trails.follow(one.camera_id, wall_ms, rows)))

    def _begin(self, number: int, camera_id: int, name: str, sealed: dict[str, Any]) -> None:
        """Open a detector and say what it wants, or why it cannot be opened."""
        found = opened_config(camera_id, name, 0, sealed)
        if found.spec is None:
            self._tell([Kind.FAILED, number, found.fault])
            return
        spec, settings = found.spec, found.settings
        opened = host().run(self._plugin, f"open detector {name}", spec.open, settings)
        wants = host().run(self._plugin, f"wants of detector {name}", spec.wants, settings)
        error = opened.error or wants.error
        if error is not None or opened.value is None or wants.value is None:
            why = str(error) if isinstance(error, ValueError) else describe(error) if error else "it opened nothing"
            self._tell([Kind.FAILED, number, f"It cannot be opened: {why}"])
            return
        self._open[number] = _Open(number, camera_id, spec, opened.value)
        self._tell([Kind.READY, number, pack_wants(wants.value)])

    def _look(self, channel: socket.socket) -> None:
        """One look, or one together at what waits of other cameras."""
        looks = self._together()
        spec = looks[0].one.spec
        began = time.process_time_ns()
        outcome = host().run(self._plugin, f"detector {spec.name}", _answers, spec, looks)
        cpu_us = (time.process_time_ns() - began) // 1000 // len(looks)
        if isinstance(outcome.error, MemoryError):
            raise SystemExit(f"detector {spec.name} wants more memory than it may have")
        if outcome.value is None:
            why = describe(outcome.error) if outcome.error else "it answered nothing"
            log.error("detector %s failed: %s", spec.name, why, exc_info=outcome.error)
            for look in looks:
                self._tell([Kind.FAILED, look.one.number, why])
                self._end(look.one)
            return
        for look, packed in zip(looks, outcome.value, strict=True):
            if isinstance(look.seen, Frame):
                look.one.size = (look.seen.width, look.seen.height)
            self._answer(look, cpu_us, packed)

    def _preview(self, one: _Open) -> bytes:
        """What it sees, as PNG; nothing before its first look, and where it shows nothing."""
        show, size = one.spec.preview, one.size
        if show is None or size == (0, 0):
            return b""
        made = host().run(self._plugin, f"preview of {one.spec.name}", lambda: gray_png(show(one.detector), *size))
        if made.value is None:
            log.error("detector %s does not show what it sees: %s", one.spec.name, made.error)
        return made.value or b""

    def _together(self) -> list[_Look]:
        first = self._looks.popleft()
        together = [first]
        if first.slot >= 0:
            for look in list(self._looks):
                fits = look.one.spec is first.one.spec and look.slot >= 0
                if (
                    len(together) < first.one.spec.batch
                    and fits
                    and all(look.one is not other.one for other in together)
                ):
                    together.append(look)
                    self._looks.remove(look)
        return together

    def _answer(self, look: _Look, cpu_us: int, packed: list[Any]) -> None:
        try:
            self._tell([Kind.SIGHT, look.one.number, look.slot, look.wall_ms, cpu_us, packed])
        except (ValueError, TypeError, OverflowError) as error:  # msgpack's, of what a plugin made
            self._tell([Kind.FAILED, look.one.number, f"What it tells of cannot be passed on: {error}"])
            self._end(look.one)

    def _tell(self, packet: list[Any]) -> None:
        if self._channel is not None:
            send(self._channel, packet)

    def _end(self, one: _Open) -> None:
        if self._open.pop(one.number, None) is None:
            return
        self._looks = deque(look for look in self._looks if look.one is not one)
        host().run(self._plugin, f"close detector {one.spec.name}", one.detector.close)

    def _close_all(self) -> None:
        for one in list(self._open.values()):
            self._end(one)


def _answers(spec: DetectorSpec, looks: Sequence[_Look]) -> list[list[Any]]:
    """What the plugin sees, ready to be sent; raises what it raises, and when it is no Sight each."""
    if len(looks) == 1:
        sights: Sequence[Sight] = [looks[0].one.detector.look(looks[0].seen)]
    else:
        sights = spec.look_together([(look.one.detector, look.seen) for look in looks])
    if len(sights) != len(looks):
        raise ValueError(f"look_together gave {len(sights)} answers to {len(looks)} pictures")
    return [pack_sight(sight) for sight in sights]


def limit_memory(most_bytes: int) -> None:
    """Let this process have no more private memory than so much above what it has (RLIMIT_DATA, setrlimit(2)); and when
    the machine itself has none left, let this go before what records (proc(5), oom_score_adj).
    """
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    limit = pages * resource.getpagesize() + most_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("700")
