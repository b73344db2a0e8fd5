"""What a simulated camera hears: a quiet hum, and a short beep at each whole second of the loop."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt

RATES = {"aac": 16_000, "pcmu": 8_000, "pcma": 8_000, "opus": 48_000}
_ENCODERS = {"aac": "aac", "pcmu": "pcm_mulaw", "pcma": "pcm_alaw", "opus": "libopus"}
BEEP_SECONDS = 0.08


def waveform(seconds: int, rate: int, seed: int) -> npt.NDArray[np.int16]:
    """Mono samples. The pitch of the beep follows the seed, so that cameras can be told apart by ear."""
    time = np.arange(seconds * rate) / rate
    hum = 0.02 * np.sin(2 * np.pi * 100 * time)
    beep = 0.25 * np.sin(2 * np.pi * (600 + 80 * (seed % 8)) * time) * (time % 1 < BEEP_SECONDS)
    return ((hum + beep) * 32_000).astype(np.int16)


def add_sound(container: Any, audio: str) -> Any:
    """A mono audio stream of the container, or None."""
    if audio == "none":
        return None
    stream = container.add_stream(_ENCODERS[audio], rate=RATES[audio], layout="mono")
    if audio in ("aac", "opus"):
        stream.bit_rate = 32_000
    return stream


def encode_sound(container: Any, stream: Any, seconds: int, seed: int) -> None:
    """The loop's sound, and a little more: the encoder keeps the last frames back otherwise."""
    if stream is None:
        return
    rate = stream.codec_context.sample_rate
    samples = waveform(seconds, rate, seed)
    samples = np.concatenate((samples, samples[: rate // 4]))
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts = rate, 0
    resampler = av.AudioResampler(stream.codec_context.format, "mono", rate, stream.codec_context.frame_size or 320)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
