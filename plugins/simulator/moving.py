"""The stream of a camera that can be moved: of a wide scene it sends the part that its head looks at."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import av
import numpy as np

from core.api import AccessUnit, Clock, Codec, PacketSink, SourceError, StreamInfo
from core.api.media import annexb_to_prefixed, video_track
from plugins.simulator.clips import VIDEO_CLOCK, Clip
from plugins.simulator.head import Head, View
from plugins.simulator.scenes.barcode import read
from plugins.simulator.stream import LoopingStream
from plugins.simulator.studio import mark, plane_of

SHARE = 2  # the scene is so much wider and higher than the picture
MOST_BEHIND = 64  # batches that wait to be coded; beyond these the stream skips to the next keyframe
MOST_WAITING = 64  # pictures that went into the decoder and have not come out
_DECODERS = {Codec.H264: "h264", Codec.H265: "hevc", Codec.MJPEG: "mjpeg"}


class Lens:
    """Decodes a clip's pictures, cuts out what a head looks at, and codes it anew. Used by one thread at a time."""

    def __init__(self, clip: Clip, head: Head) -> None:
        track = clip.info.tracks[0]
        self._head = head
        self._size = track.width // SHARE // 2 * 2, track.height // SHARE // 2 * 2
        self._decoder: Any = av.CodecContext.create(_DECODERS[track.codec], "r")
        if track.config:
            self._decoder.extradata = track.config
        self._decoder.thread_type = "SLICE"  # frames at once would come late
        self._encoder = _encoder(self._size, track.fps or 10.0)
        self._waiting: dict[int, AccessUnit] = {}  # by pts: with B-frames pictures come out in another order
        made = video_track(0, Codec.H264, bytes(self._encoder.extradata), VIDEO_CLOCK, track.fps)
        self.info = StreamInfo((made, *clip.info.tracks[1:]), clip.info.detail)

    def seen(self, units: Sequence[AccessUnit]) -> list[AccessUnit]:
        """The units that go out for those that come in; sound as it is."""
        found: list[AccessUnit] = []
        for unit in units:
            if unit.track != 0:
                found.append(unit)
                continue
            if len(self._waiting) > MOST_WAITING:
                self._waiting.clear()  # spoiled ones never come out
            self._waiting[unit.pts] = unit
            packet = av.Packet(unit.data)
            packet.pts, packet.dts = unit.pts, unit.dts
            for frame in self._decoder.decode(packet):
                shown = self._waiting.pop(frame.pts, None)
                if shown is not None:
                    found += self._coded(self._cut(frame), shown)
        return found

    def photograph(self, data: bytes) -> bytes:
        """A JPEG of what is looked at in a keyframe."""
        frames = [*self._decoder.decode(av.Packet(data)), *self._decoder.decode(None)]
        self._decoder.flush_buffers()
        target = io.BytesIO()
        self._cut(frames[0]).to_image().save(target, "JPEG", quality=85)
        return target.getvalue()

    def _cut(self, frame: Any) -> Any:
        self._head.advance()
        whole = frame.reformat(format="yuv420p")
        known = read(np.asarray(plane_of(whole)))
        shot = window(whole, self._head.view()).reformat(*self._size, "yuv420p")
        if known is not None:
            mark(shot, *known)
        return shot

    def _coded(self, shot: Any, unit: AccessUnit) -> list[AccessUnit]:
        shot.pts, shot.time_base = unit.pts, Fraction(1, VIDEO_CLOCK)
        shot.pict_type = 1 if unit.keyframe else 0  # keyframes where the scene's are
        return [
            replace(unit, dts=unit.pts, keyframe=packet.is_keyframe, data=annexb_to_prefixed(bytes(packet)))
            for packet in self._encoder.encode(shot)
        ]


def window(frame: Any, view: View) -> Any:
    """The part of a yuv420p picture that a view sees."""
    left, top, width, height = view.window()
    x, y = round(left * frame.width) // 2 * 2, round(top * frame.height) // 2 * 2
    across, down = max(16, round(width * frame.width) // 2 * 2), max(16, round(height * frame.height) // 2 * 2)
    x, y = min(x, frame.width - across), min(y, frame.height - down)
    cut = av.VideoFrame(across, down, "yuv420p")
    for index, part in ((0, 1), (1, 2), (2, 2)):
        source = plane_of(frame, index)[y // part : (y + down) // part, x // part : (x + across) // part]
        plane_of(cut, index)[: down // part, : across // part] = source
    return cut


def _encoder(size: tuple[int, int], fps: float) -> Any:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, VIDEO_CLOCK)
    encoder.framerate = Fraction(fps).limit_denominator(1000)
    encoder.thread_count = 1
    encoder.gop_size = 600  # keyframes come where they are asked for
    encoder.max_b_frames = 0
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": "25",
        "sc_threshold": "0",
        "forced-idr": "1",
    }
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.open()
    return encoder


class MovingStream(LoopingStream):
    """A LoopingStream of a scene, seen through a lens. Works only while somebody watches, in a thread of its own."""

    def __init__(self, clip: Clip, clock: Clock, seed: int, head: Head) -> None:
        super().__init__(clip, clock, seed)
        self._head = head
        self._lens = Lens(clip, head)
        self._through: _Through | None = None

    @property
    def info(self) -> StreamInfo:
        """What it sends, which is not what its clip holds."""
        return self._lens.info

    async def describe(self) -> StreamInfo:
        """The tracks it sends."""
        return self._lens.info

    def start(self, sink: PacketSink) -> None:
        """Look, on the running loop."""
        self._lens = Lens(self._clip, self._head)
        self._through = _Through(self._lens, sink)
        super().start(self._through)

    def stop(self) -> None:
        """Nobody watches: the thread ends with the picture it is at."""
        super().stop()
        if self._through is not None:
            self._through.close()
            self._through = None

    def show(self, clip: Clip) -> None:
        """Look at another clip."""
        if self._through is not None:
            self._lens = Lens(clip, self._head)
            self._through.change(self._lens)
        super().show(clip)

    def snapshot(self) -> bytes:
        """A JPEG of what is looked at, as of the newest keyframe. Blocks."""
        return Lens(self._clip, self._head).photograph(self.newest_keyframe())


class _Through:
    """A PacketSink before another one: what comes in goes through a lens, in a thread."""

    def __init__(self, lens: Lens, sink: PacketSink) -> None:
        self._lens = lens
        self._sink: PacketSink | None = sink
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "lens")
        self._behind = 0
        self._skipping = False

    def change(self, lens: Lens) -> None:
        """Another lens from now on."""
        self._lens = lens

    def close(self) -> None:
        """Hand on nothing more, and end the thread."""
        self._sink = None
        self._thread.shutdown(wait=False, cancel_futures=True)

    def on_stream(self, info: StreamInfo) -> None:
        """The clip has begun or changed."""
        if self._sink is not None:
            self._sink.on_stream(self._lens.info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Code them; when the machine does not keep up, skip to a keyframe."""
        if self._sink is None:
            return
        if self._skipping and not any(unit.keyframe and unit.track == 0 for unit in units):
            return
        self._skipping = self._behind > MOST_BEHIND
        if self._skipping:
            return
        self._behind += 1
        self._thread.submit(self._lens.seen, units).add_done_callback(
            lambda done: self._loop.call_soon_threadsafe(partial(self._deliver, done))
        )

    def _deliver(self, done: Future[list[AccessUnit]]) -> None:
        self._behind -= 1
        if self._sink is not None and not done.cancelled():
            self._sink.on_units(done.result())

    def on_end(self, error: SourceError | None) -> None:
        """A loop has no end."""
