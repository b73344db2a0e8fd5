"""Announcements: sound files as people have them, made into speech that cameras take.

`python -m core.media.speech < file > announcement` decodes what somebody handed in, in a process of its own with little
memory and time: what a decoder makes of a crafted file then costs nobody else anything.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from pathlib import Path

RATE = 16_000
MOST_BYTES = 16 * 1024 * 1024
MOST_SECONDS = 120
_MOST_MEMORY = 1024**3
_CPU_S = 20
_TIMEOUT_S = 60.0
_STARTS = {b"RIFF": "wav", b"ID3": "mp3", b"fLaC": "flac", b"OggS": "ogg"}


class NoSpeech(ValueError):
    """A file that is no announcement; one sentence that says why and what to do."""


def announcement(data: bytes) -> tuple[bytes, int]:
    """FLAC, mono, RATE, and its length in ms, of a WAV, MP3, FLAC, OGG or M4A file. Blocks. Raises NoSpeech."""
    if not data:
        raise NoSpeech("The file is empty; choose another one.")
    if len(data) > MOST_BYTES:
        raise NoSpeech(f"The file is larger than {MOST_BYTES // 1024**2} MiB; shorten it, or save it as MP3.")
    if container_of(data) is None:
        raise NoSpeech("The file is neither WAV, MP3, FLAC, OGG nor M4A; save it as one of these.")
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "core.media.speech"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, input=data, capture_output=True, timeout=_TIMEOUT_S, cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoSpeech("The file could not be read in time; save it as WAV or MP3.") from None
    if done.returncode == 3:
        raise NoSpeech(f"The message is longer than {MOST_SECONDS} s; shorten it.")
    if done.returncode != 0:
        raise NoSpeech("The file holds no sound that can be read; save it as WAV or MP3.")
    length, _, flac = done.stdout.partition(b"\n")
    return flac, int(length)


def container_of(data: bytes) -> str | None:
    """The format by the file's first bytes, None for another one. Nothing else is ever tried: some demuxers of FFmpeg
    would open further files that a text names.
    """
    for start, name in _STARTS.items():
        if data.startswith(start):
            return name
    if data[4:8] == b"ftyp":
        return "mov"
    return "mp3" if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 else None


def pcm_of(flac: bytes, rate: int) -> bytes:
    """An announcement as PCM: mono, signed 16 bits, little-endian. Loads PyAV; blocks for some ms."""
    return _pcm(flac, "flac", rate, MOST_SECONDS)


def _pcm(data: bytes, container: str, rate: int, most_seconds: int) -> bytes:
    """Raises av.FFmpegError, and NoSpeech for what is too long or no sound."""
    import av

    out = bytearray()
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(io.BytesIO(data), "r", format=container, options={"protocol_whitelist": "pipe"}) as file:
        if not file.streams.audio:
            raise NoSpeech("no sound")
        for frame in file.decode(audio=0):
            for made in resampler.resample(frame):
                out += bytes(memoryview(made.planes[0])[: made.samples * 2])
            if len(out) > 2 * rate * most_seconds:
                raise OverflowError
    for made in resampler.resample(None):
        out += bytes(memoryview(made.planes[0])[: made.samples * 2])
    return bytes(out)


def _flac(pcm: bytes) -> bytes:
    import av
    import numpy as np

    target = io.BytesIO()
    with av.open(target, "w", format="flac") as file:
        stream = file.add_stream("flac", rate=RATE, layout="mono")
        stream.format = "s16"
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return target.getvalue()


def main() -> int:
    """Standard input to standard output: the length in ms, a line end, FLAC. 3 when it is too long, else not 0."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        pcm = _pcm(data, container_of(data) or "", RATE, MOST_SECONDS)
    except OverflowError:
        return 3
    length_ms = len(pcm) // 2 * 1000 // RATE
    if not length_ms:
        return 4
    sys.stdout.buffer.write(f"{length_ms}\n".encode() + _flac(pcm))
    return 0


if __name__ == "__main__":
    sys.exit(main())
