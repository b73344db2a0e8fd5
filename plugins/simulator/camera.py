"""What a simulated camera is: its description, and the clips it sends."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from core.api import Codec
from core.api.media import Masks
from plugins.simulator import studio
from plugins.simulator.clips import Clip, is_servable, load
from plugins.simulator.faults import FaultKind
from plugins.simulator.scenes.overlay import Caption
from plugins.simulator.studio import Order


@dataclass(frozen=True, slots=True)
class SimulatedCamera:
    """A camera to be. It is served at `/<name>/main` and, with `sub`, at `/<name>/sub`.

    file: a video file to send in a loop; without it the scene is rendered. codec, audio, size, fps, seconds and seed
    are the scene's (see `Order`); a file keeps its own. audio "none" mutes a file too. users: who may watch, everybody
    when empty. moves: it has a head, and sees a part of its scene. card: it
    keeps what it sends, and replays it at `/<name>/card`. speaker: it takes sound, and keeps what was said to it.
    """

    name: str
    scene: str = "counter"
    file: Path | None = None
    codec: str = "h264"
    audio: str = "aac"
    width: int = 320
    height: int = 180
    fps: int = 10
    seconds: int = 4
    seed: int = 0
    b_frames: int = 0
    sub: bool = True
    moves: bool = False
    card: bool = False
    speaker: bool = False
    users: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name or not all(letter.isalnum() or letter in "-_." for letter in self.name):
            raise ValueError(f"name: {self.name!r} becomes part of an address; use letters, digits, - _ and . only.")


@dataclass(frozen=True, slots=True)
class Footage:
    """A camera's clips and the truth about them."""

    main: Clip
    main_file: Path
    sub: Clip | None
    truth: Path | None
    sub_file: Path | None = None

    def stream(self, name: str) -> tuple[Clip | None, Path | None]:
        """Clip and file of "main" or "sub"."""
        return (self.main, self.main_file) if name == "main" else (self.sub, self.sub_file)


@dataclass(frozen=True, slots=True)
class Coding:
    """How a stream is to be coded. fps: pictures per second at most; gop: pictures from keyframe to keyframe.
    bitrate: kbit/s at most.
    """

    codec: Codec
    width: int
    height: int
    fps: float
    gop: int
    bitrate: int


def order_of(camera: SimulatedCamera) -> Order:
    """What the studio must render for a camera that shows a scene."""
    return Order(
        camera.scene,
        camera.name,
        camera.seed,
        camera.width,
        camera.height,
        camera.fps,
        camera.seconds,
        camera.codec,
        camera.audio,
        camera.b_frames,
    )


def film(camera: SimulatedCamera, cache: Path) -> Footage:
    """Make or find the camera's clips. Blocks, seconds at the first time. Raises UnservableFile, ValueError."""
    if camera.file is None:
        return _film_scene(camera, cache)
    file = camera.file if is_servable(camera.file) else studio.transcode(camera.file, cache)
    sound = camera.audio != "none"
    sub_file = studio.transcode(file, cache, width=studio.SUB_WIDTH, every=2) if camera.sub else None
    sub = load(sub_file, audio=sound) if sub_file else None
    return Footage(load(file, audio=sound), file, sub, None, sub_file)


def _film_scene(camera: SimulatedCamera, cache: Path) -> Footage:
    product = studio.render(order_of(camera), cache)
    sub = load(product.sub) if camera.sub and product.sub else None
    return Footage(load(product.main), product.main, sub, product.truth, product.sub if sub else None)


def retouched(footage: Footage, masks: Masks, captions: tuple[Caption, ...], cache: Path) -> Footage:
    """The clips with these polygons black and these texts, encoded anew, with the sound they had. Blocks.

    Raises UnservableFile.
    """
    if not masks and not captions:
        return footage

    def retouch(clip: Clip, file: Path) -> tuple[Clip, Path]:
        made = studio.transcode(file, cache, masks=masks, captions=captions)
        return clip.with_video_of(load(made, audio=False)), made

    main, main_file = retouch(footage.main, footage.main_file)
    sub, sub_file = footage.sub, footage.sub_file
    if sub is not None and sub_file is not None:
        sub, sub_file = retouch(sub, sub_file)
    return Footage(main, main_file, sub, footage.truth, sub_file)


def altered(footage: Footage, kind: FaultKind, cache: Path) -> Clip:
    """The main clip as the B_FRAMES or RESOLUTION fault makes it: encoded anew, with the sound it had. Blocks."""
    width = footage.main.info.tracks[0].width // 2 if kind is FaultKind.RESOLUTION else 0
    file = studio.transcode(footage.main_file, cache, b_frames=2 if kind is FaultKind.B_FRAMES else 0, width=width)
    return footage.main.with_video_of(load(file, audio=False))


def recoded(clip: Clip, file: Path, coding: Coding, cache: Path) -> Clip:
    """A clip in another coding, with the sound it had; every n-th picture where fewer are wanted. Blocks."""
    every = max(1, math.ceil(clip.info.tracks[0].fps / coding.fps - 0.01))
    made = studio.transcode(
        file,
        cache,
        width=coding.width,
        every=every,
        codec=str(coding.codec),
        gop=coding.gop,
        bitrate=coding.bitrate,
    )
    return clip.with_video_of(load(made, audio=False))
