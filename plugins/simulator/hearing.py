"""A simulated camera's speaker: it keeps what is said to it, so that a test can hear what arrived."""

from __future__ import annotations

import io
import wave
from collections import deque
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from core.api import Codec, Track

MOST_FRAMES = 60_000  # 20 minutes of 20 ms each
_AAC_16K_MONO = bytes.fromhex("1408")  # AudioSpecificConfig: AAC-LC (ISO/IEC 14496-3, 1.6.2.1)
Samples = npt.NDArray[np.int16]


class Ear:
    """Listens to a mount's backchannel. Not for several threads."""

    def __init__(self) -> None:
        self.tracks = (
            Track(0, Codec.PCMU, 8000, sample_rate=8000, channels=1),
            Track(1, Codec.PCMA, 8000, sample_rate=8000, channels=1),
            Track(2, Codec.AAC, 16_000, _AAC_16K_MONO, sample_rate=16_000, channels=1),
        )
        self._heard: deque[tuple[Track, bytes]] = deque(maxlen=MOST_FRAMES)

    def hear(self, track: Track, data: bytes, timestamp: int) -> None:
        """One frame."""
        self._heard.append((track, data))

    def forget(self) -> None:
        """Have heard nothing."""
        self._heard.clear()

    def wav(self) -> bytes:
        """All that was heard in the codec of the last frame, 16 bits mono; a header alone when there was nothing."""
        frames = list(self._heard)
        track = frames[-1][0] if frames else self.tracks[0]
        samples = _decoded(track, [data for heard, data in frames if heard == track])
        target = io.BytesIO()
        with wave.open(target, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(track.sample_rate)
            file.writeframes(samples.astype("<i2").tobytes())
        return target.getvalue()


def _decoded(track: Track, frames: list[bytes]) -> Samples:
    if not frames:
        return np.zeros(0, np.int16)
    name = {Codec.PCMU: "pcm_mulaw", Codec.PCMA: "pcm_alaw", Codec.AAC: "aac"}[track.codec]
    decoder: Any = av.CodecContext.create(name, "r")  # an audio context, by its name
    decoder.sample_rate = track.sample_rate
    decoder.layout = "mono"
    if track.config:
        decoder.extradata = track.config
    found = [piece for data in frames for piece in decoder.decode(av.Packet(data))]
    resampler = av.AudioResampler("s16", "mono", track.sample_rate)
    whole = [np.asarray(out.to_ndarray()).reshape(-1) for piece in found for out in resampler.resample(piece)]
    return np.concatenate(whole) if whole else np.zeros(0, np.int16)
