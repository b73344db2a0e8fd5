"""One stream's sound, decoded for those who listen and cut into the blocks they asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from core.analyser.packets import SAMPLE_BYTES
from core.media.units import AccessUnit, Codec, Track

log = logging.getLogger("eyrie.analyser")

_DECODERS = {Codec.AAC: "aac", Codec.OPUS: "opus", Codec.FLAC: "flac"}
"""What live streams carry; G.711 has become FLAC by then (decision 9)."""
_MAGIC = {Codec.OPUS: b"OpusHead"}
"""What FFmpeg wants before a track's description (RFC 7845 section 5.1; MP4 leaves it out)."""
JUMP_MS = 500
"""Sound that is so much earlier or later than it should be begins a new block."""


class Hearing:
    """One audio track. Not for several threads; never raises for what a camera sends."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._decoder = _decoder(track)
        self._broken = False

    def push(self, unit: AccessUnit) -> list[tuple[AudioFrame, int]]:
        """What a unit holds, with the UTC ms of its first sample."""
        if self._decoder is None:
            return []
        try:
            frames = self._decoder.decode(av.Packet(unit.data))
        except (av.FFmpegError, ValueError) as error:
            if not self._broken:
                log.warning("sound cannot be decoded and is left out: %s", error)
            self._broken = True
            return []
        self._broken = False
        made, at_ms = [], unit.wall_ms
        for frame in frames:
            made.append((frame, at_ms))
            at_ms += frame.samples * 1000 // frame.sample_rate
        return made


def _decoder(track: Track) -> AudioCodecContext | None:
    name = _DECODERS.get(track.codec)
    if name is None:
        log.warning("sound in %s is not decoded", track.codec.value)
        return None
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, AudioCodecContext)  # noqa: S101  # a decoder of sound
    if track.config:
        decoder.extradata = _MAGIC.get(track.codec, b"") + track.config
    decoder.sample_rate = track.sample_rate
    decoder.layout = "mono" if track.channels == 1 else "stereo"
    return decoder


class Blocks:
    """Sound of one stream in blocks of one length: one channel, signed 16 bits. Not for several threads."""

    def __init__(self, rate: int, block_ms: int) -> None:
        """rate: samples a second; block_ms: of a block."""
        self.rate = rate
        self._block_ms = block_ms
        self._bytes = rate * block_ms // 1000 * SAMPLE_BYTES
        self._resampler = AudioResampler(format="s16", layout="mono", rate=rate)
        self._kind: tuple[str, str, int] | None = None  # format, layout and rate of the resampler's first frame
        self._held = bytearray()
        self._begun_ms = 0

    def cut(self, frame: AudioFrame, wall_ms: int) -> Iterator[tuple[int, bytes]]:
        """The blocks that this completes, with the UTC ms of their first sample. wall_ms: of the frame's first."""
        held_ms = len(self._held) // SAMPLE_BYTES * 1000 // self.rate
        if not self._held or abs(self._begun_ms + held_ms - wall_ms) > JUMP_MS:
            self._held.clear()
            self._begun_ms = wall_ms
        frame.pts = None  # it follows the one before, whatever its time
        for made in self._resampled(frame):
            self._held += memoryview(made.planes[0])[: made.samples * SAMPLE_BYTES]
        while len(self._held) >= self._bytes:
            yield self._begun_ms, bytes(self._held[: self._bytes])
            del self._held[: self._bytes]
            self._begun_ms += self._block_ms

    def _resampled(self, frame: AudioFrame) -> list[AudioFrame]:
        """A resampler takes only what its first frame was like; a camera may begin to send another kind."""
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if kind != self._kind:
            self._resampler = AudioResampler(format="s16", layout="mono", rate=self.rate)
            self._kind = kind
        return self._resampler.resample(frame)
