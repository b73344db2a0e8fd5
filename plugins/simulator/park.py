"""The camera park: simulated cameras on one RTSP server, and what is wrong with each."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from core.api import Clock, Codec, SystemClock, Track
from core.api.media import Conduct, Masks, Mount, RtspServer
from plugins.simulator.camera import Coding, Footage, SimulatedCamera, altered, film, recoded, retouched
from plugins.simulator.card import Card
from plugins.simulator.clips import Clip
from plugins.simulator.faults import FaultKind, tampering
from plugins.simulator.head import Head
from plugins.simulator.hearing import Ear
from plugins.simulator.moving import SHARE, MovingStream
from plugins.simulator.scenes.catalogue import OBJECTS
from plugins.simulator.scenes.overlay import Caption
from plugins.simulator.scenes.scene import Frame, SceneObject
from plugins.simulator.stream import LoopingStream

log = logging.getLogger("eyrie.simulator")

_CONDUCT = {
    FaultKind.DROP: Conduct.CLOSE,
    FaultKind.HALF_OPEN: Conduct.SILENT,
    FaultKind.WRONG_PASSWORD: Conduct.REFUSE,
}
_ALTERING = (FaultKind.B_FRAMES, FaultKind.RESOLUTION)
_DISCONNECTING = (FaultKind.DROP, FaultKind.WRONG_PASSWORD)


PRESETS = ("home", "left", "right")
OUTPUTS = ("1", "2")
"""What every simulated camera can be pointed at, and what can be switched at it. The picture does not change."""


class UnknownCamera(LookupError):
    """No camera of that name is in the park; the message names those that are."""


@dataclass(slots=True)
class _Stand:
    """One camera in the park."""

    camera: SimulatedCamera
    bare: Footage
    footage: Footage  # with the masks and captions it has
    masks: Masks = ()
    captions: tuple[Caption, ...] = ()
    streams: dict[str, tuple[LoopingStream, Mount]] = field(default_factory=dict)
    codings: dict[str, Coding | None] = field(default_factory=dict)  # other than the footage's own
    shown: dict[str, Clip] = field(default_factory=dict)
    fault: FaultKind | None = None
    recovery: asyncio.TimerHandle | None = None
    preset: str = PRESETS[0]
    outputs: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(OUTPUTS, False))
    switched: int = 0  # how often
    head: Head | None = None
    card: Card | None = None
    card_mount: Mount | None = None
    ear: Ear | None = None


class Park:
    """Serves cameras and their faults. Every method is called on the loop it was started on.

    cache: folder of rendered clips. executor: where clips are made; a thread without one, a process pool keeps the
    loop free while several scenes are drawn.
    """

    def __init__(
        self,
        cache: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        executor: Executor | None = None,
        server: RtspServer | None = None,
    ) -> None:
        self._cache = cache
        self._clock = clock or SystemClock()
        self._executor = executor
        self._server = server or RtspServer(host, port)
        self._host = host
        self._stands: dict[str, _Stand] = {}

    @property
    def port(self) -> int:
        """Where the RTSP server listens."""
        return self._server.port

    async def start(self, *cameras: SimulatedCamera) -> None:
        """Listen, and put up these cameras side by side. Raises OSError, and what `add` raises."""
        await self._server.start()
        await asyncio.gather(*(self.add(camera) for camera in cameras))

    async def stop(self) -> None:
        """End all sessions and the server."""
        for stand in self._stands.values():
            if stand.recovery is not None:
                stand.recovery.cancel()
        await self._server.stop()

    async def add(self, camera: SimulatedCamera) -> None:
        """Put up a camera. Raises ValueError when the name is taken or a value is wrong, and UnservableFile."""
        if camera.name in self._stands:
            raise ValueError(f"name: {camera.name!r} is in the park already; choose another.")
        footage = await self._film(film, camera, self._cache)
        stand = _Stand(camera, footage, footage, head=Head(self._clock.monotonic) if camera.moves else None)
        self._stands[camera.name] = stand
        for stream, clip in (("main", footage.main), ("sub", footage.sub)):
            if clip is not None:
                feed = self._feed(stand, clip)
                mount = self._server.mount(f"/{camera.name}/{stream}", feed, camera.users or None)
                stand.streams[stream] = feed, mount
                stand.shown[stream] = clip
        self._equip(stand)
        log.info("camera %s is served", camera.name)

    def _feed(self, stand: _Stand, clip: Clip) -> LoopingStream:
        if stand.head is not None:
            return MovingStream(clip, self._clock, stand.camera.seed, stand.head)
        return LoopingStream(clip, self._clock, stand.camera.seed)

    def _equip(self, stand: _Stand) -> None:
        """What a camera has beside its streams."""
        camera = stand.camera
        if camera.card:
            feed, _ = stand.streams["main"]
            stand.card = Card(lambda: feed.clip, self._clock)
            stand.card_mount = self._server.mount_archive(f"/{camera.name}/card", stand.card, camera.users or None)
        if camera.speaker:
            stand.ear = Ear()
            for _, mount in stand.streams.values():
                mount.listener = stand.ear

    def remove(self, name: str) -> None:
        """Take a camera away; its clients are disconnected. Raises UnknownCamera."""
        stand = self._stand(name)
        self._stop_recovery(stand)
        del self._stands[name]
        for stream in stand.streams:
            self._server.unmount(f"/{name}/{stream}")
        self._server.unmount(f"/{name}/card")

    def url(self, name: str, stream: str = "main", *, credentials: bool = True) -> str:
        """The camera's address, with the first of its users in it. Raises UnknownCamera."""
        users = self._stand(name).camera.users
        login = "{}:{}@".format(*next(iter(users.items()))) if users and credentials else ""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"rtsp://{login}{host}:{self.port}/{name}/{stream}"

    def tracks(self, name: str) -> dict[str, tuple[Track, ...]]:
        """What each stream of a camera carries, video first. Raises UnknownCamera."""
        return {stream: feed.info.tracks for stream, (feed, _) in self._stand(name).streams.items()}

    def set_users(self, name: str, users: Mapping[str, str]) -> None:
        """Who may watch a camera from now on: name to password, everybody when empty. Raises UnknownCamera."""
        stand = self._stand(name)
        for _, mount in stand.streams.values():
            mount.users = dict(users)
        if stand.card_mount is not None:
            stand.card_mount.users = dict(users)

    async def snapshot(self, name: str, stream: str = "main") -> bytes:
        """A JPEG of the newest keyframe. Raises UnknownCamera, PictureError."""
        return bytes(await self._film(self._stand(name).streams[stream][0].snapshot))

    async def recode(self, name: str, stream: str, coding: Coding | None) -> None:
        """Send a stream coded otherwise from now on, or as it was. Raises UnknownCamera, UnservableFile."""
        stand = self._stand(name)
        stand.codings[stream] = coding
        await self._show(stand, stream)

    async def _show(self, stand: _Stand, stream: str) -> None:
        """Send the stream's footage in its coding."""
        clip, file = stand.footage.stream(stream)
        if clip is None or file is None:
            return
        if (coding := stand.codings.get(stream)) is not None:
            if stand.head is not None:  # what is sent is coded anew from the scene, as H.264 and smaller
                coding = replace(coding, codec=Codec.H264, width=coding.width * SHARE, height=coding.height * SHARE)
            clip = await self._film(recoded, clip, file, coding, self._cache)
        stand.shown[stream] = clip
        stand.streams[stream][0].show(clip)

    def watched(self, name: str, stream: str = "main") -> int:
        """How many clients play a stream. Raises UnknownCamera."""
        return self._stand(name).streams[stream][1].watched

    async def fault(self, name: str, kind: FaultKind, seconds: float | None = None) -> None:
        """Break a camera, for some seconds or until `clear`; a fault it has ends first. Raises UnknownCamera."""
        stand = self._stand(name)
        self.clear(name)
        clip = await self._film(altered, stand.footage, kind, self._cache) if kind in _ALTERING else None
        stand.fault = kind
        for stream, (feed, mount) in stand.streams.items():
            feed.suffer(kind)
            mount.conduct = _CONDUCT.get(kind, Conduct.NORMAL)
            mount.tamper = tampering(kind, stand.camera.seed)
            if clip is not None and stream == "main":
                feed.show(clip)
            if kind in _DISCONNECTING:
                mount.disconnect()
        if seconds is not None:
            stand.recovery = asyncio.get_running_loop().call_later(seconds, self.clear, name)
        log.info("camera %s: %s", name, kind)

    def clear(self, name: str) -> None:
        """Mend a camera. One that was half-open closes the connections it left hanging. Raises UnknownCamera."""
        stand = self._stand(name)
        self._stop_recovery(stand)
        kind, stand.fault = stand.fault, None
        if kind is None:
            return
        for stream, (feed, mount) in stand.streams.items():
            feed.suffer(None)
            mount.conduct, mount.tamper = Conduct.NORMAL, None
            if kind in _ALTERING and stream == "main":
                feed.show(stand.shown["main"])
            if kind is FaultKind.HALF_OPEN:
                mount.disconnect()
        log.info("camera %s is well again", name)

    def objects(self, name: str) -> Callable[[int], list[SceneObject]] | None:
        """Who is in which picture of a camera's loop; None where that is not known. Raises UnknownCamera."""
        camera = self._stand(name).camera
        known = OBJECTS.get(camera.scene) if camera.file is None else None
        return known and known(Frame(camera.width, camera.height, camera.fps * camera.seconds, camera.fps), camera.seed)

    def mounts(self, name: str) -> list[Mount]:
        """Where a camera's streams are served. Raises UnknownCamera."""
        return [mount for _, mount in self._stand(name).streams.values()]

    def loop(self, name: str) -> tuple[int, float]:
        """How long a camera's loop is, in ms, and its scene's pictures per second. Raises UnknownCamera."""
        clip = self._stand(name).bare.main
        return clip.duration // 90, clip.info.tracks[0].fps or 25.0

    def head(self, name: str) -> Head | None:
        """What moves a camera; None for one that stands still. Raises UnknownCamera."""
        return self._stand(name).head

    def card(self, name: str) -> Card | None:
        """What a camera has recorded by itself; None for one without a card. Raises UnknownCamera."""
        return self._stand(name).card

    def ear(self, name: str) -> Ear | None:
        """What a camera's speaker was given to say; None for one without. Raises UnknownCamera."""
        return self._stand(name).ear

    def move(self, name: str, preset: str) -> None:
        """Point a camera at one of PRESETS. Raises UnknownCamera, ValueError."""
        stand = self._stand(name)
        if preset not in PRESETS:
            raise ValueError(f"preset: {preset!r} is not known; choose one of {', '.join(PRESETS)}.")
        stand.preset = preset

    def switch(self, name: str, output: str, on: bool) -> None:
        """Switch one of OUTPUTS. Raises UnknownCamera, ValueError."""
        stand = self._stand(name)
        if output not in OUTPUTS:
            raise ValueError(f"output: {output!r} is not known; choose one of {', '.join(OUTPUTS)}.")
        stand.switched += stand.outputs[output] is not on
        stand.outputs[output] = on

    async def mask(self, name: str, masks: Masks) -> None:
        """Black out these polygons, and no others, in all its streams; a fault it has ends. Raises UnknownCamera."""
        self._stand(name).masks = masks
        await self._retouch(name)
        log.info("camera %s covers %d masks", name, len(masks))

    async def write(self, name: str, captions: tuple[Caption, ...]) -> None:
        """Write these texts, and no others, into all its streams; a fault it has ends. Raises UnknownCamera."""
        if self._stand(name).captions != captions:
            self._stand(name).captions = captions
            await self._retouch(name)

    async def _retouch(self, name: str) -> None:
        stand = self._stand(name)
        footage = await self._film(retouched, stand.bare, stand.masks, stand.captions, self._cache)
        self.clear(name)
        stand.footage = footage
        for stream in stand.streams:
            await self._show(stand, stream)

    def listing(self) -> list[dict[str, Any]]:
        """Every camera with its addresses (without credentials), fault, clients and the truth about its scene."""
        return [self._entry(name, stand) for name, stand in self._stands.items()]

    def _entry(self, name: str, stand: _Stand) -> dict[str, Any]:
        video = stand.footage.main.info.tracks[0]
        return {
            "name": name,
            "source": str(stand.camera.file or stand.camera.scene),
            "seed": stand.camera.seed,
            "codec": str(video.codec),
            "width": video.width,
            "height": video.height,
            "loop_ms": stand.footage.main.duration // 90,
            "fault": stand.fault,
            "preset": stand.preset,
            "outputs": dict(stand.outputs),
            "switched": stand.switched,
            "urls": {stream: self.url(name, stream, credentials=False) for stream in stand.streams},
            "clients": {stream: mount.watched for stream, (_, mount) in stand.streams.items()},
        }

    def truth(self, name: str) -> list[dict[str, Any]]:
        """What happens in the camera's loop: SceneEvents in JSON, none for a file. Raises UnknownCamera."""
        path = self._stand(name).footage.truth
        return list(json.loads(path.read_text("utf-8"))["events"]) if path else []

    def _stand(self, name: str) -> _Stand:
        try:
            return self._stands[name]
        except KeyError:
            known = ", ".join(sorted(self._stands)) or "none"
            raise UnknownCamera(f"camera {name!r} is not in the park; there are: {known}.") from None

    @staticmethod
    def _stop_recovery(stand: _Stand) -> None:
        if stand.recovery is not None:
            stand.recovery.cancel()
            stand.recovery = None

    async def _film(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *arguments))
