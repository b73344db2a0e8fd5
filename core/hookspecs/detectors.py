"""Detectors: what looks at pictures, or at the tracks of what others saw. They run in worker processes of the
analyser, apart from recording; a stream is decoded once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from pydantic import BaseModel

from core.hookspecs.events import SeenObject
from core.hookspecs.marks import hookspec

PixelFormat = Literal["gray", "rgb24", "bgr24"]


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """Which pictures a detector wants.

    stream: "main" or "sub" (main where a camera has no sub). fps: at most so many a second; 0 for keyframes only.
    width: pixels, the height follows the picture's shape; 0 as the camera sends it. only_moving: none while nothing
    moves, where something on this camera tells of motion (`Sight.moved`).
    """

    stream: Literal["main", "sub"] = "sub"
    fps: float = 5.0
    width: int = 320
    pixel_format: PixelFormat = "gray"
    only_moving: bool = False


@dataclass(frozen=True, slots=True)
class TrackRequest:
    """Wants no pictures but the tracks of what detectors saw. labels: of these only; empty for all."""

    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AudioRequest:
    """Wants no pictures but what is heard, in blocks. Where a camera sends no sound, nothing comes.

    stream: "main" or "sub" (main where a camera has no sub); many cameras send sound with one of them only. rate:
    samples a second it is resampled to; block_ms: of a block.
    """

    stream: Literal["main", "sub"] = "main"
    rate: int = 8000
    block_ms: int = 500


Wants: TypeAlias = FrameRequest | AudioRequest | TrackRequest


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture, height x width (x 3, unless gray) bytes without padding; gray is luma as sent.

    wall_ms: UTC ms at which it was taken. pixels: read-only, and only until `look` returns: copy what is kept
    (`numpy.frombuffer(frame.pixels, numpy.uint8)` copies nothing).
    """

    camera_id: int
    wall_ms: int
    width: int
    height: int
    pixel_format: PixelFormat
    pixels: bytes | memoryview


@dataclass(frozen=True, slots=True)
class Sound:
    """A block of what was heard: one channel, signed 16 bits a sample in the machine's byte order.

    wall_ms: UTC ms of its first sample; rate: samples a second. samples: read-only, and only until `look` returns.
    """

    camera_id: int
    wall_ms: int
    rate: int
    samples: bytes | memoryview


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where a followed object was at a moment, UTC ms. box: left, top, width, height as fractions of the picture."""

    wall_ms: int
    box: tuple[float, float, float, float]
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackedObject:
    """One object as it moves. id: the same for its whole life, never used again on this camera; label: what most
    looks called it; points: the newest last, at most of the last 30 seconds; seen: whether the newest look saw it, or
    it is only expected at its last point; ended: it will not come again; text: what most looks read on it.
    """

    id: str
    label: str
    points: tuple[TrackPoint, ...]
    seen: bool = True
    ended: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tracks:
    """All followed objects of a camera at one moment, UTC ms; those that ended since the last time, once."""

    camera_id: int
    wall_ms: int
    tracks: tuple[TrackedObject, ...]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What a detector tells of: an event of a declared type, with attributes that fit it.

    key: tells two apart that go on at once, such as the zone's name. objects: one with exactly the box of an object of
    the same Sight gets that one's track, so that the event tells which of the boxes it is about. start_ms: when it
    began, UTC ms, where that was before the looked-at moment; None for that moment.
    """

    event_type: str
    key: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    objects: tuple[SeenObject, ...] = ()
    start_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look brought.

    objects: what is in the picture, for the tracker and the overlay (no track yet). going_on: the conditions that hold
    at this moment: the host begins an event when one appears and ends it when a look no longer names it; the hold times
    before are the detector's. moments: what happened just now, each an event that is over. moved: where something
    moved since the last look, 288 bytes as `MotionGrid.cells`, all zero for nowhere; empty when the detector does not
    say, for it knows nothing of motion. loudness: of a Sound, its mean level in dB below full scale (0 for a full
    square wave, negative else); None where nothing was heard.
    """

    objects: tuple[SeenObject, ...] = ()
    going_on: tuple[Occurrence, ...] = ()
    moments: tuple[Occurrence, ...] = ()
    moved: bytes = b""
    loudness: float | None = None


NOTHING = Sight()


class Detector(Protocol):
    """One detector on one camera, in a worker process; not shared, used by one thread."""

    def look(self, seen: Any) -> Sight:
        """Examine one Frame, Sound or Tracks, as the detector wants it. May take long: the queue before it drops.

        Pictures may change their size from one to the next. Time is `wall_ms`, which may jump when the camera was
        away: a detector that keeps a background begins anew after a gap of its own choice.
        """

    def close(self) -> None:
        """Let go of what the detector holds. Called once, last."""


def _one_by_one(pairs: Sequence[tuple[Detector, Any]]) -> Sequence[Sight]:
    return [detector.look(seen) for detector, seen in pairs]


@dataclass(frozen=True, slots=True)
class Naming:
    """Who those are that a detector recognises. Their names are not kept with the boxes, nor told with them by the
    detector: they are asked for whenever somebody looks, so that what the plugin forgets is gone everywhere at once.

    names: of a camera (its id) and tracks, the names of those that are somebody known, by track; blocks on the
    database. permission: what one must hold for the camera to be told; others see the box with its label.
    """

    permission: str
    names: Callable[[int, Collection[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """A kind of detector. settings: for each camera, with Zone and Line for what is drawn on the picture.

    wants: what it is given with these settings. open: makes a Detector of validated settings, in the worker; raises
    ValueError with a sentence when it cannot (a model file that is none). events: the types it may tell of.
    batch, look_together: up to so many pictures of different cameras at once, answers in the same order, for models
    that are faster so. cost: one sentence on what it costs, with the conditions, shown where it is switched on.
    preview: what an open detector sees, as a gray picture of the bytes of its newest Frame's width x height, for the
    settings' page; asked for about once a second while somebody looks there; None when there is nothing to show.
    legend: one sentence that says what is what in it. naming: where it recognises people.
    """

    name: str
    title: str
    settings: type[BaseModel]
    wants: Callable[[Any], Wants]
    open: Callable[[Any], Detector]
    events: tuple[str, ...] = ()
    batch: int = 1
    look_together: Callable[[Sequence[tuple[Detector, Any]]], Sequence[Sight]] = _one_by_one
    cost: str = ""
    preview: Callable[[Detector], bytes] | None = None
    legend: str = ""
    naming: Naming | None = None


@hookspec()
def register_detectors() -> Iterable[DetectorSpec]:
    """Offer detectors. Called in every process once at start; chosen by name per camera. Be quick: load models and
    native libraries in `open`.
    """
    raise NotImplementedError
