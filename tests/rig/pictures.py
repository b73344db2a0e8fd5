"""Compares what was recorded with what was served, picture by picture: coded bytes first, decoded samples where asked.

A coded picture is known by a digest of its slices (the VCL NAL units, Rec. ITU-T H.264 7.4.1 and H.265 7.4.2.2), so
parameter sets that a server repeats in band do not matter, and a lost, doubled or damaged picture does.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Media = Path | bytes
Luma = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded picture. digest: of its slices; dts, pts: seconds of media time."""

    digest: bytes
    dts: float
    pts: float
    keyframe: bool


def coded_pictures(media: Media) -> list[Coded]:
    """The video track's pictures in coding order. Raises av.error.FFmpegError when the file cannot be read."""
    with _open(media) as container:
        stream = container.streams.video[0]
        hevc = stream.codec_context.name == "hevc"
        return [
            Coded(
                slice_digest(bytes(packet), hevc=hevc),
                float(packet.dts * packet.time_base),
                float(packet.pts * packet.time_base),
                packet.is_keyframe,
            )
            for packet in container.demux(stream)
            if packet.size and packet.dts is not None
        ]


def slice_digest(sample: bytes, *, hevc: bool = False) -> bytes:
    """Digest of the slices of one length-prefixed sample."""
    digest = blake2b(digest_size=12)
    for unit in _units(sample):
        kind = unit[0] >> 1 & 0x3F if hevc else unit[0] & 0x1F
        if (kind < 32) if hevc else (1 <= kind <= 5):
            digest.update(unit)
    return digest.digest()


def _units(sample: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 < len(sample):
        size = int.from_bytes(sample[at : at + 4], "big")
        yield sample[at + 4 : at + 4 + size]
        at += 4 + size


class Loop:
    """The pictures of a clip that a camera serves over and over, each recognised by its digest."""

    def __init__(self, clip: Media) -> None:
        self.pictures = coded_pictures(clip)
        self._places: dict[bytes, list[int]] = {}
        for place, picture in enumerate(self.pictures):
            self._places.setdefault(picture.digest, []).append(place)

    def __len__(self) -> int:
        return len(self.pictures)

    def place(self, digest: bytes) -> int | None:
        """Where in the clip a picture is (the first such place), or None when it is none of the clip's."""
        places = self._places.get(digest)
        return places[0] if places else None

    def follow(self, digests: list[bytes]) -> Journey:
        """Walk the loop along recorded pictures: how many served ones are missing, and how many are foreign."""
        journey, place = Journey(), None
        for digest in digests:
            places = self._places.get(digest)
            if places is None:
                journey.foreign += 1
                continue
            step = min((p - place) % len(self) or len(self) for p in places) if place is not None else 1
            found = places[0] if place is None else (place + step) % len(self)
            journey.lost += step - 1
            journey.holes += step > 1
            journey.recorded += 1
            place = found
        return journey


@dataclass(slots=True)
class Journey:
    """recorded: known pictures; lost: served between the first and the last of them but absent (short of whole rounds
    of the loop); holes: places where some are missing; foreign: pictures the clip does not have."""

    recorded: int = 0
    lost: int = 0
    holes: int = 0
    foreign: int = 0


def decoded_luma(media: Media) -> Iterator[Luma]:
    """The luma plane of each decoded picture in output order; raises av.error.FFmpegError on damage."""
    with _open(media) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        for frame in container.decode(stream):
            plane = frame.planes[0]
            samples = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            yield samples[: frame.height, : frame.width].copy()


def luma_digests(media: Media) -> list[bytes]:
    """A digest of each decoded picture: equal when every sample is."""
    return [blake2b(luma.tobytes(), digest_size=12).digest() for luma in decoded_luma(media)]


def psnr(one: Luma, other: Luma) -> float:
    """Peak signal-to-noise ratio in dB of two planes of one size; infinite when equal."""
    error = float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def _open(media: Media) -> Any:
    return av.open(io.BytesIO(media) if isinstance(media, bytes) else str(media))


def luma_of_jpeg(jpeg: bytes) -> Luma:
    """The luma plane of a JPEG."""
    return next(decoded_luma(jpeg))
