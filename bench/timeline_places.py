"""What bench/timeline.py asks about: a full index, motion grids, and real recordings at some places among the rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clip_server
import segment_rows

if TYPE_CHECKING:  # Django is set up later
    from core.media.units import AccessUnit, StreamInfo
    from core.recording.volumes import OpenVolume

PLACES, QUICK_PLACES = 24, 4
MONTH_MINUTES, QUICK_MINUTES = 30 * 1440, 2 * 1440
MINUTE_MS = 60_000
MOVING = 0.3
"""The share of minutes in which something moves."""


@dataclass(frozen=True, slots=True)
class Place:
    """A minute that is really recorded. start_ms: UTC ms."""

    camera: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class Park:
    """What there is. first_ms, last_ms: of all recordings; month_ms: what to ask for as a month; files: of places."""

    places: list[Place]
    files: list[Path]
    first_ms: int
    last_ms: int
    month_ms: int


def build(work: Path, rows: int, cameras: int, seen: int, postgres: str | None, *, quick: bool) -> Park:
    """Fill a fresh data directory `work`/data; `seen` cameras have motion grids, of the first month."""
    data, volume = work / "data", work / "volume"
    data.mkdir()
    volume.mkdir()
    segment_rows.set_up(data, postgres)
    from django.db import connections

    from core.cameras.models import Camera

    Camera.objects.bulk_create(
        Camera(id=n, name=f"Bench {n}", driver="none", enabled=False) for n in range(1, cameras + 1)
    )
    loader = segment_rows.Loader(cameras, {"path": str(volume)})
    loader.load(rows)
    minutes = min(QUICK_MINUTES if quick else MONTH_MINUTES, rows // cameras)
    _motion(loader.alias, minutes, seen)
    places = _record(loader, clip_server.encode(work / "clip.mp4", 62), rows, QUICK_PLACES if quick else PLACES)
    files = list(volume.rglob("*.mp4"))
    connections.close_all()
    print(f"  built {rows:,} segments, {minutes * seen:,} minutes of motion, {len(files)} real recordings")
    last_ms = loader.start_of(rows)
    return Park(
        places,
        files,
        segment_rows.FIRST_MS,
        last_ms,
        min(minutes * MINUTE_MS, last_ms - segment_rows.FIRST_MS - MINUTE_MS),
    )


def _motion(alias: str, minutes: int, cameras: int) -> None:
    """Rows of motion: in some minutes a walker somewhere, in the others nothing."""
    from django.db import connections

    from core.recording.ids import segment_id
    from core.recording.models import MotionMinute
    from core.recording.motion import minute_of

    rng = random.Random(2)  # noqa: S311 - data for a bench
    walks = [_walk(rng) for _ in range(200)]
    first = minute_of(segment_rows.FIRST_MS)

    def rows(camera: int) -> Iterator[dict[str, Any]]:
        for minute in range(minutes):
            moved = rng.choice(walks) if rng.random() < MOVING else {"cells": 0, "touched": 0, "grids": b""}
            yield {"id": segment_id(camera, 0, first + minute * MINUTE_MS), **moved}

    connections[alias].ensure_connection()
    for camera in range(1, cameras + 1):
        segment_rows.write_rows(connections[alias], MotionMinute, rows(camera))


def _walk(rng: random.Random) -> dict[str, Any]:
    """A minute in which a figure of three by six cells crosses a part of the picture."""
    from core.recording.motion import COLUMNS, ROWS, Moved, blocks, pack

    left, top, steps = rng.randrange(COLUMNS - 20), rng.randrange(ROWS - 6), rng.randrange(4, 16)
    moved = []
    for step in range(steps):
        rows = ((0b111 << (COLUMNS - 3 - left - step)) for _ in range(6))
        cells = sum(row << (ROWS - 1 - top - n) * COLUMNS for n, row in enumerate(rows))
        moved.append(Moved(step * 2000, step * 2000 + 2000, cells))
    touched = 0
    for one in moved:
        touched |= one.cells
    return {"cells": 18, "touched": blocks(touched), "grids": pack(moved)}


def _record(loader: segment_rows.Loader, clip: Path, rows: int, places: int) -> list[Place]:
    """Put the clip where some of the rows say that a minute is recorded."""
    from core.recording.models import Piece, Segment
    from core.recording.volumes import open_volume
    from plugins.simulator.clips import load

    rng = random.Random(3)  # noqa: S311 - data for a bench
    volume, loaded = open_volume(loader.volume), load(clip)
    found = []
    for number in rng.sample(range(1, rows + 1), places):
        camera, start = (number - 1) % loader.cameras + 1, loader.start_of(number)
        for model, pk in ((Segment, loader.id_of(number)), (Piece, loader.piece_id_of(number))):
            model.objects.filter(pk=pk).delete()
        _write(volume, camera, start, loaded.info, list(loaded.units))
        found.append(Place(camera, start))
    return found


def _write(volume: OpenVolume, camera: int, start_ms: int, info: StreamInfo, units: list[AccessUnit]) -> None:
    """The first segment that the recorder would make of these units if they began then."""
    from core.media.segmenter import Closed, Opened, Ready, Segmenter
    from core.recording.entries import SegmentEntry
    from core.recording.formats import FormatIds
    from core.recording.keys import SegmentName
    from core.recording.store import write_batch

    segmenter = Segmenter(camera, "main", segment_rows.FRAGMENT_MS, segment_rows.SEGMENT_MS)
    segmenter.on_stream(info)
    timed = [replace(unit, wall_ms=start_ms + unit.pts * 1000 // info.tracks[unit.track].timescale) for unit in units]
    for event in segmenter.push(timed):
        if isinstance(event, Opened):
            entry = SegmentEntry(SegmentName(camera, 0, event.start_ms), volume.id, event.tracks, len(event.init))
            writer = volume.storage.create(event.key)
            writer.append(event.init)
        elif isinstance(event, Ready):
            writer.append(event.data)
            entry.add(event.fragment)
        elif isinstance(event, Closed):
            entry.close(event.end_ms)
            writer.commit()
            write_batch([entry], [], FormatIds())
            return
    raise AssertionError("the clip is shorter than a segment")
