"""Detectors: what looks at pictures. They run in analyser workers, apart from recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """Which frames a detector wants: stream "main" or "sub", pictures a second, width in pixels (0 = as sent)."""

    stream: str = "sub"
    fps: float = 5.0
    width: int = 320
    pixel_format: str = "gray"


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture: `pixels` is a C-contiguous buffer of height x width (x 3 for rgb24) bytes."""

    camera_id: int
    wall_ms: int
    width: int
    height: int
    pixel_format: str
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Detection:
    """Something seen. box: left, top, width, height as fractions of the picture; attributes fit the event type."""

    event_type: str
    score: float
    box: tuple[float, float, float, float] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


class Detector(Protocol):
    """One detector on one camera, in a worker process. Not shared, not thread-safe."""

    def look(self, frame: Frame) -> Sequence[Detection]:
        """Examine one frame; may take as long as it needs: the queue in front of it drops."""

    def close(self) -> None:
        """Let go of what the detector holds. Called once, last."""


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """A kind of detector. open: makes a Detector of validated settings, in the worker."""

    name: str
    title: str
    settings: type[BaseModel]
    wants: FrameRequest
    open: Callable[[Any], Detector]


@hookspec()
def register_detectors() -> Iterable[DetectorSpec]:
    """Offer detectors. Called in every process once at start; chosen by name per camera."""
    raise NotImplementedError
