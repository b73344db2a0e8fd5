"""How detectors are doing and what they cost, for whoever asks: `<data>/run/analyser.json`, replaced now and then."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

STALE_MS = 15_000


@dataclass(frozen=True, slots=True)
class DetectorStanding:
    """One detector on one camera. state: core.analyser.states.State; message: one sentence when something is wrong.

    looks_per_second, cpu_ms_per_look, cpu_share (of a core): of the last seconds. dropped: since it began.
    """

    camera_id: int
    detector: str
    plugin: str
    state: str
    message: str
    stream: str
    looks_per_second: float
    cpu_ms_per_look: float
    cpu_share: float
    looks: int
    dropped: int


@dataclass(frozen=True, slots=True)
class StreamStanding:
    """Decoding of one stream for all its detectors: of the last seconds pictures a second and share of a core."""

    camera_id: int
    stream: str
    width: int
    height: int
    decoded_per_second: float
    cpu_share: float


@dataclass(frozen=True, slots=True)
class Standing:
    """All of them; at_ms: when it was written, UTC."""

    at_ms: int
    detectors: tuple[DetectorStanding, ...]
    streams: tuple[StreamStanding, ...]


def path_of(data: Path) -> Path:
    """Where they lie."""
    return data / "run" / "analyser.json"


def write(data: Path, standing: Standing) -> None:
    """Replace the file. Raises OSError."""
    path = path_of(data)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(standing), separators=(",", ":")))
    fresh.replace(path)


def standing(data: Path, now_ms: int) -> Standing | None:
    """The newest standing; None while no analyser runs."""
    try:
        found = json.loads(path_of(data).read_bytes())
    except FileNotFoundError:
        return None
    if now_ms - found["at_ms"] > STALE_MS:
        return None
    return Standing(
        found["at_ms"],
        tuple(DetectorStanding(**one) for one in found["detectors"]),
        tuple(StreamStanding(**one) for one in found["streams"]),
    )
