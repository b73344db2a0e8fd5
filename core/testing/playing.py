"""Plays a clip to a detector as the analyser would: same rate, size and format; no camera, no process, no clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from core.analyser.rates import Rate
from core.analyser.scaling import Scaler
from core.hookspecs.detectors import DetectorSpec, Frame, FrameRequest, Sight

BEGIN_MS = 1_700_000_000_000


def run_detector(
    spec: DetectorSpec, settings: Any, clip: Path, begin_ms: int = BEGIN_MS, camera_id: int = 1
) -> list[tuple[int, Sight]]:
    """What a detector sees of a clip (any file FFmpeg reads): UTC ms and sight of each look, the same every time.

    settings: of the spec's model. begin_ms: when the clip's first picture was taken. Raises ValueError for a detector
    that wants no pictures, av.FFmpegError for what is no clip.
    """
    wants = spec.wants(settings)
    if not isinstance(wants, FrameRequest):
        raise ValueError(f"{spec.name} wants no pictures; give its `look` tracks of a core.analyser.tracker, or Sound.")
    detector = spec.open(settings)
    rate, scaler, sights = Rate(wants.fps), Scaler(wants.width, wants.pixel_format), []
    try:
        with av.open(str(clip)) as container:
            for picture in container.decode(video=0):
                wall_ms = begin_ms + round((picture.time or 0.0) * 1000)
                if not rate.due(wall_ms, keyframe=bool(picture.key_frame)):
                    continue
                rate.given(wall_ms)
                pixels = bytearray(scaler.bytes_of(picture))
                scaler.write(picture, memoryview(pixels))
                frame = Frame(camera_id, wall_ms, *scaler.size(picture), wants.pixel_format, memoryview(pixels))
                sights.append((wall_ms, detector.look(frame)))
    finally:
        detector.close()
    return sights
