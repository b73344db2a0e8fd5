"""Where clips are made: scenes drawn and encoded, files transcoded; each once, kept in a cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from core.api.media import Cover, Masks
from plugins.simulator.clips import UnservableFile
from plugins.simulator.scenes.barcode import stamp, strip_size
from plugins.simulator.scenes.catalogue import SCENES
from plugins.simulator.scenes.overlay import Caption, Captions, Overlay, Weather
from plugins.simulator.scenes.scene import Frame
from plugins.simulator.sound import add_sound, encode_sound

log = logging.getLogger("eyrie.simulator")

EDITION = 3  # raised when scenes or encoding change, so that old clips are not taken for new ones
GOP_SECONDS = 2
SUB_WIDTH = 640
UNFINISHED = "unfinished-"
_KEPT = {"hevc": "h265", "mjpeg": "mjpeg"}
X265_QUIET = "scenecut=0:open-gop=0:info=0:log-level=error"


@dataclass(frozen=True, slots=True)
class Order:
    """A scene to be rendered. codec: h264, h265 or mjpeg; audio: aac, pcmu, pcma, opus or none; seconds: of one loop.

    The sub stream is H.264, at most 640 pixels wide, with every second picture.
    """

    scene: str
    title: str
    seed: int = 0
    width: int = 1280
    height: int = 720
    fps: int = 15
    seconds: int = 16
    codec: str = "h264"
    audio: str = "aac"
    b_frames: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """Where the clips lie; `truth` is the list of scene events as JSON, or None for a file."""

    main: Path
    sub: Path | None
    truth: Path | None


def _name(*parts: object) -> str:
    return hashlib.sha256(repr((EDITION, *parts)).encode()).hexdigest()[:24]


def _suffix(audio: str) -> str:
    return ".mov" if audio in ("pcmu", "pcma") else ".mp4"  # MP4 cannot hold G.711


def _made(target: Path, make: Callable[[Path], None]) -> Path:
    """The target, made first when it is not there: under another name, so that nobody sees half of it."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{target.name}")
        try:
            make(unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return target


def render(order: Order, cache: Path, tell: Callable[[int, int], None] | None = None) -> Product:
    """Draw and encode a scene, main and sub stream; at once when the cache has them. Blocks. Raises ValueError.

    tell: hears after each picture how many are done, and of how many.
    """
    if order.scene not in SCENES:
        raise ValueError(f"scene: {order.scene!r} is unknown; choose one of {', '.join(sorted(SCENES))}.")
    folder = _folder(order, cache)
    product = Product(
        folder / f"main{_suffix(order.audio)}", folder / f"sub{_suffix(order.audio)}", folder / "truth.json"
    )
    if not folder.exists():
        unfinished = folder.with_name(f"{UNFINISHED}{folder.name}-{secrets.token_hex(4)}")
        unfinished.mkdir(parents=True)
        try:
            _render_into(order, unfinished, tell)
            unfinished.rename(folder)
        except OSError:
            if not folder.exists():  # else somebody was quicker with the same scene
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return product


def is_rendered(order: Order, cache: Path) -> bool:
    """Whether `render` would be done at once."""
    return _folder(order, cache).exists()


def _folder(order: Order, cache: Path) -> Path:
    return cache / f"{order.scene}-{_name(*astuple(order))}"


def sweep(cache: Path) -> None:
    """Remove what renderings left that were killed. Only for who has the cache to itself."""
    for left in cache.glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _render_into(order: Order, folder: Path, tell: Callable[[int, int], None] | None) -> None:
    frame = Frame(order.width, order.height, order.fps * order.seconds, order.fps)
    scene = SCENES[order.scene](frame, order.seed)
    weather, overlay = Weather(frame, order.seed), Overlay(frame, order.title)
    sub_width = min(SUB_WIDTH, order.width)
    sub_height = order.height * sub_width // order.width // 2 * 2
    with (
        av.open(str(folder / f"main{_suffix(order.audio)}"), "w") as main,
        av.open(str(folder / f"sub{_suffix(order.audio)}"), "w") as sub,
    ):
        main_video = add_video(main, order.codec, (order.width, order.height), Fraction(order.fps), order.b_frames)
        sub_video = add_video(sub, "h264", (sub_width, sub_height), Fraction(order.fps, 2))
        sounds = [add_sound(container, order.audio) for container in (main, sub)]
        for number in range(frame.frames):
            picture = scene.draw(number)
            overlay.burn(picture, number)
            light = scene.light(number)
            shot = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(format=main_video.pix_fmt)
            weather.apply(plane_of(shot), light, number)
            mark(shot, order.seed, number)
            _encode(main, main_video, shot, number)
            if number % 2 == 0:
                small = shot.reformat(sub_width, sub_height, sub_video.pix_fmt)
                mark(small, order.seed, number)
                _encode(sub, sub_video, small, number // 2)
            if tell is not None:
                tell(number + 1, frame.frames)
        for container, video, sound in zip((main, sub), (main_video, sub_video), sounds, strict=True):
            container.mux(video.encode(None))
            encode_sound(container, sound, order.seconds, order.seed)
    truth = {"order": asdict(order), "events": [asdict(event) for event in scene.events]}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), "utf-8")


def plane_of(shot: av.VideoFrame, index: int = 0) -> npt.NDArray[np.uint8]:
    """A plane of a planar picture (0 is luma) as a writable array of height x width bytes, without a copy."""
    plane: Any = shot.planes[index]
    pixels: npt.NDArray[np.uint8] = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return pixels[:, : plane.width]


def mark(shot: av.VideoFrame, tag: int, number: int) -> None:
    """Write the frame's barcode into a picture, in black and white."""
    stamp(plane_of(shot), tag, number)
    width, height = strip_size(shot.width, shot.height)
    for index in (1, 2):
        plane_of(shot, index)[: height // 2, : width // 2] = 128


def _encode(container: Any, stream: Any, shot: Any, number: int) -> None:
    shot.pts = number
    shot.pict_type = 0  # a decoded picture would ask for the type it had
    shot.time_base = stream.codec_context.time_base
    container.mux(stream.encode(shot))


def add_video(
    container: Any,
    codec: str,
    size: tuple[int, int],
    fps: Fraction,
    b_frames: int = 0,
    gop: int = 0,
    bitrate: int = 0,
) -> Any:
    """A video stream of closed GOPs of so many pictures, or of two seconds. bitrate: kbit/s at most, 0 for no limit."""
    gop = gop or max(1, round(fps * GOP_SECONDS))
    encoder = {"h264": "libx264", "h265": "libx265", "mjpeg": "mjpeg"}[codec]
    stream = container.add_stream(encoder, rate=fps)
    stream.width, stream.height = size
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.codec_context.time_base = 1 / fps
    stream.codec_context.gop_size = gop
    stream.codec_context.max_b_frames = b_frames
    stream.codec_context.options = {
        # Without adaptive B-frames every camera that should have them has them, whatever the scene.
        "h264": {"preset": "superfast", "crf": "25", "sc_threshold": "0", "b_strategy": "0", "keyint_min": str(gop)},
        "h265": {
            "preset": "ultrafast",
            "crf": "27",
            "x265-params": f"bframes={b_frames}:b-adapt=0:keyint={gop}:min-keyint={gop}:{X265_QUIET}",
        },
        "mjpeg": {"huffman": "default", "qscale": "5"},  # RFC 2435 knows the standard Huffman tables only
    }[codec]
    if bitrate and codec == "h264":
        stream.codec_context.options |= {"maxrate": f"{bitrate}k", "bufsize": f"{bitrate}k"}
    if bitrate and codec == "h265":
        limits = f":vbv-maxrate={bitrate}:vbv-bufsize={bitrate}"
        stream.codec_context.options |= {"x265-params": stream.codec_context.options["x265-params"] + limits}
    if codec == "h265":
        stream.codec_context.codec_tag = "hvc1"
    return stream


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What `transcode` makes of a file; see there."""

    b_frames: int
    width: int
    every: int
    masks: Masks
    codec: str
    gop: int
    bitrate: int
    captions: tuple[Caption, ...]


def transcode(
    source: Path,
    cache: Path,
    *,
    b_frames: int = 0,
    width: int = 0,
    every: int = 1,
    masks: Masks = (),
    codec: str = "",
    gop: int = 0,
    bitrate: int = 0,
    captions: tuple[Caption, ...] = (),
) -> Path:
    """A file's video as H.264 with audio as AAC, once. width: 0 keeps it; every: keep each n-th picture; masks: what is
    black; captions: what is written; with these it keeps its codec; codec: another one; gop: pictures between
    keyframes, 0 for two seconds; bitrate: kbit/s at most, 0 for no limit.

    Blocks. Raises UnservableFile.
    """
    stamp_ = source.stat()
    recipe = _Recipe(b_frames, width, every, masks, codec, gop, bitrate, captions)
    name = _name(str(source.resolve()), stamp_.st_size, stamp_.st_mtime_ns, *astuple(recipe))

    def make(path: Path) -> None:
        log.info("transcoding %s …", source.name)
        try:
            _transcode(source, path, recipe)
        except (av.FFmpegError, OSError, StopIteration) as error:
            raise UnservableFile(f"{source} cannot be transcoded ({error}).") from error

    return _made(cache / f"{source.stem}-{name}.mp4", make)


def _transcode(source: Path, target: Path, recipe: _Recipe) -> None:
    cover, every = Cover(recipe.masks), recipe.every
    with av.open(str(source)) as given, av.open(str(target), "w") as made:
        video = next(iter(given.streams.video))
        rate = Fraction(video.average_rate or 25).limit_denominator(1000)
        size = _scaled(video.codec_context.width, video.codec_context.height, recipe.width)
        kept = recipe.masks or recipe.captions
        codec = _KEPT.get(video.codec_context.name, "h264") if kept else recipe.codec or "h264"
        captions = Captions(recipe.captions, *size)
        out = add_video(made, codec, size, rate / every, recipe.b_frames, recipe.gop, recipe.bitrate)
        sound = next(iter(given.streams.audio), None)
        heard = add_sound(made, "aac") if sound else None
        resampler = av.AudioResampler("fltp", "mono", 16_000) if sound else None
        number = 0
        for frame in given.decode(*(stream for stream in (video, sound) if stream)):
            if isinstance(frame, av.VideoFrame):
                if number % every == 0:
                    shot = cover.on(frame.reformat(*size, "yuv420p"))
                    captions.on(plane_of(shot))
                    _encode(made, out, shot.reformat(format=out.pix_fmt), number // every)
                number += 1
            elif isinstance(frame, av.AudioFrame) and resampler is not None and heard is not None:
                for piece in resampler.resample(frame):
                    made.mux(heard.encode(piece))
        made.mux(out.encode(None))
        if heard is not None:
            made.mux(heard.encode(None))


def _scaled(width: int, height: int, wanted: int) -> tuple[int, int]:
    if not wanted or wanted >= width:
        return width // 2 * 2, height // 2 * 2
    return wanted // 2 * 2, height * wanted // width // 2 * 2
