"""G.711 to FLAC: what MP4 and browsers cannot hold becomes what they can, without loss and at little cost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from core.media.units import AccessUnit, Codec, StreamInfo, Track

log = logging.getLogger("eyrie.media")

_DECODERS: dict[Codec, Literal["pcm_mulaw", "pcm_alaw"]] = {Codec.PCMU: "pcm_mulaw", Codec.PCMA: "pcm_alaw"}
_GAP_MS = 100
_BYTES = 2  # a sample of signed 16 bits


class Transcoder:
    """One G.711 track to FLAC (RFC 9639). Raises ValueError for a track it cannot take.

    The FLAC track's timescale is its sample rate. Frames have a fixed number of samples, so output lags input by less
    than one frame; a jump of the input over 100 ms, either way, starts anew there.
    """

    def __init__(self, track: Track) -> None:
        if track.codec not in _DECODERS or not 0 < track.channels <= 8 or track.sample_rate <= 0:
            raise ValueError(f"{track.codec.value} audio of {track.channels} channels is not transcoded")
        self._layout = "mono" if track.channels == 1 else "stereo" if track.channels == 2 else f"{track.channels}c"
        self._source = track
        try:
            self._decoder = self._open(_DECODERS[track.codec], "r")
            self._encoder = self._open("flac", "w")
        except av.FFmpegError as error:
            raise ValueError(f"{track.codec.value} audio cannot be transcoded: {error}") from error
        self._samples = self._encoder.frame_size
        self._frame_bytes = self._samples * track.channels * _BYTES
        self.track = replace(
            track, codec=Codec.FLAC, timescale=track.sample_rate, config=bytes(self._encoder.extradata or b"")
        )
        self._pcm = bytearray()
        self._next: int | None = None
        self._wall_ms = 0

    def _open(self, name: Literal["pcm_mulaw", "pcm_alaw", "flac"], mode: Literal["r", "w"]) -> AudioCodecContext:
        context = av.CodecContext.create(name, mode)
        context.sample_rate = self._source.sample_rate
        context.layout = self._layout
        context.format = "s16"
        context.open()
        return context

    def push(self, unit: AccessUnit) -> list[AccessUnit]:
        """The FLAC frames that this unit completes. Raises av.FFmpegError when it cannot be decoded."""
        rate, scale = self.track.sample_rate, self._source.timescale
        at = unit.pts if scale == rate else unit.pts * rate // scale
        held = len(self._pcm) // (self.track.channels * _BYTES)
        if self._next is None or abs(at - self._next - held) * 1000 > _GAP_MS * rate:
            self._pcm.clear()
            self._next, held = at, 0
        self._wall_ms = unit.wall_ms - held * 1000 // rate
        for frame in self._decoder.decode(av.Packet(unit.data)):
            self._pcm += memoryview(frame.planes[0])[: frame.samples * self.track.channels * _BYTES]
        out: list[AccessUnit] = []
        while len(self._pcm) >= self._frame_bytes:
            out += self._encode(bytes(self._pcm[: self._frame_bytes]))
            del self._pcm[: self._frame_bytes]
        return out

    def _encode(self, pcm: bytes) -> list[AccessUnit]:
        start = self._next or 0
        frame = AudioFrame(format="s16", layout=self._layout, samples=self._samples)
        frame.sample_rate = self.track.sample_rate
        frame.planes[0].update(pcm)
        frame.pts = start
        wall_ms = self._wall_ms
        self._next = start + self._samples
        self._wall_ms += self._samples * 1000 // self.track.sample_rate
        return [
            AccessUnit(self.track.index, start, start, self._samples, True, wall_ms, bytes(packet))
            for packet in self._encoder.encode(frame)
        ]


class RecordableAudio:
    """A stage between source and recorder: passes everything on, G.711 as FLAC. Audio trouble never raises.

    A track that cannot be transcoded is left out, and so is each unit that cannot be decoded; that is logged once.
    """

    def __init__(self) -> None:
        self._transcoder: Transcoder | None = None
        self._index = -1
        self._logged = False

    def on_stream(self, info: StreamInfo) -> StreamInfo:
        """The stream as it will come out of here."""
        self._transcoder, self._index, self._logged = None, -1, False
        tracks: list[Track] = []
        for track in info.tracks:
            if track.codec not in _DECODERS:
                tracks.append(track)
                continue
            self._index = track.index
            try:
                self._transcoder = Transcoder(track)
                tracks.append(self._transcoder.track)
            except ValueError as error:
                log.warning("audio is left out: %s", error)
        return replace(info, tracks=tuple(tracks))

    def on_units(self, units: Sequence[AccessUnit]) -> Sequence[AccessUnit]:
        """The units to go on with; the same sequence when there is nothing to transcode."""
        if self._index < 0:
            return units
        out: list[AccessUnit] = []
        for unit in units:
            if unit.track != self._index:
                out.append(unit)
            elif self._transcoder is not None and unit.data:
                out += self._transcode(self._transcoder, unit)
        return out

    def _transcode(self, transcoder: Transcoder, unit: AccessUnit) -> list[AccessUnit]:
        try:
            return transcoder.push(unit)
        except (av.FFmpegError, ValueError) as error:
            if not self._logged:
                log.warning("audio is left out where it cannot be decoded: %s", error)
            self._logged = True
            return []
