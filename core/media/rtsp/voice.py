"""Speech as cameras take it: G.711, or AAC where there is nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.media.g711 import a_law, mu_law
from core.media.units import Codec, Track

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext

PREFERRED = (Codec.PCMU, Codec.PCMA, Codec.AAC)
"""What can be spoken, best first: G.711 arrives with the least delay."""

_AAC_SAMPLES = 1024


class VoiceEncoder:
    """Encodes mono speech for one track of a codec of PREFERRED. Raises ValueError for another one."""

    def __init__(self, track: Track) -> None:
        if track.codec not in PREFERRED:
            raise ValueError(f"speech is not sent as {track.codec.value}")
        self._track = track
        self._aac = _aac_encoder(track) if track.codec is Codec.AAC else None
        self._pcm = b""

    def encode(self, pcm: bytes) -> Iterator[tuple[bytes, int]]:
        """Frames and how many samples each holds; pcm: signed 16 bits, little-endian. What fills no whole frame of AAC
        waits for more.
        """
        if self._aac is None:
            law = mu_law if self._track.codec is Codec.PCMU else a_law
            coded = law(pcm)
            channels = max(1, self._track.channels)
            yield (coded if channels == 1 else b"".join(bytes((one,)) * channels for one in coded)), len(coded)
            return
        self._pcm += pcm
        while len(self._pcm) >= 2 * _AAC_SAMPLES:
            piece, self._pcm = self._pcm[: 2 * _AAC_SAMPLES], self._pcm[2 * _AAC_SAMPLES :]
            for frame in self._encoded(self._aac, piece):
                yield frame, _AAC_SAMPLES

    def _encoded(self, encoder: AudioCodecContext, pcm: bytes) -> list[bytes]:
        import numpy as np
        from av.audio.frame import AudioFrame

        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        frame = AudioFrame.from_ndarray(
            np.tile(samples, (max(1, self._track.channels), 1)), format="fltp", layout=_layout(self._track)
        )
        frame.sample_rate = self._track.sample_rate
        return [bytes(packet) for packet in encoder.encode(frame)]


def _aac_encoder(track: Track) -> AudioCodecContext:
    import av  # 30 MB that talking in G.711 does not need

    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate = track.sample_rate
    encoder.layout = _layout(track)
    encoder.format = "fltp"
    encoder.bit_rate = 32_000
    encoder.open()
    return encoder


def _layout(track: Track) -> str:
    return "stereo" if track.channels == 2 else "mono"
