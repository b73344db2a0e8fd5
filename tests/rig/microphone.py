"""The microphone of the tests' browser: it hears one tone, for ever."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

TONE = 700  # Hz
_RATE = 48_000


def flags(folder: Path) -> list[str]:
    """Flags by which Chromium has a microphone that plays a file, and gives it to who asks."""
    path = folder / "tone.wav"
    samples = np.sin(2 * np.pi * TONE * np.arange(_RATE * 2) / _RATE) * 12_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}",
    ]
