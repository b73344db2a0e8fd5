"""The manifest of an export: what is in the archive, of whom, when, and what is not."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from core.exports.archive import Written
from core.exports.footage import Footage, Hole, Item
from core.exports.models import Export
from core.exports.verify import FORMAT

_NOT_FOR_NAMES = re.compile(r"[^\w.-]+")
NAME_LENGTH = 60


def rfc3339(ms: int) -> str:
    """A UTC time for people and programs."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def file_name(number: int, footage: Footage) -> str:
    """The name of a file in the archive: safe on every system, whatever the camera is called."""
    camera = _NOT_FOR_NAMES.sub("_", footage.item["name"]).strip("._")[:NAME_LENGTH] or "camera"
    stream = "" if footage.item["stream"] == 0 else "_sub"
    begins = rfc3339(footage.start_ms)[:19].replace(":", "-")
    return f"{number:02d}_{camera}{stream}_{begins}Z.mp4"


def file_row(written: Written, footage: Footage, *, burnt_in: bool, redacted: Sequence[str]) -> dict[str, Any]:
    """What the manifest says of a file. Media time is continuous: `shows` are the wall times it runs through.

    redacted: what was looked for in its pictures and covered, such as faces.
    """
    return {
        **asdict(written),
        "camera": footage.item["camera"],
        "camera_name": footage.item["name"],
        "stream": "sub" if footage.item["stream"] else "main",
        "start": rfc3339(footage.start_ms),
        "end": rfc3339(footage.end_ms),
        "as_recorded": not burnt_in and not footage.item.get("silent"),
        "sound_left_out": bool(footage.item.get("silent")),
        "masks_applied": bool(footage.item.get("masks")),
        "redacted": list(redacted),
        "shows": [{"start": rfc3339(start), "end": rfc3339(end)} for start, end in _shown(footage)],
        "gaps": [_hole(hole) for hole in footage.holes],
    }


def manifest(
    export: Export,
    files: Sequence[dict[str, Any]],
    empty: Sequence[tuple[Item, list[Hole]]],
    made_ms: int,
    public_key: bytes,
) -> bytes:
    """The manifest as it is signed. empty: items of which nothing could be exported."""
    body = {
        "format": FORMAT,
        "export": export.pk,
        "title": export.title,
        "exporter": export.requester,
        "requested_at": rfc3339(export.created_ms),
        "made_at": rfc3339(made_ms),
        "burnt_in": export.burn_in,
        "watermark": export.watermark,
        **({"purpose": export.purpose} if export.purpose else {}),
        "hash": "SHA-256",
        "public_key": base64.b64encode(public_key).decode(),
        "asked_for": [_asked(item) for item in export.items],
        "files": list(files),
        "without_recordings": [{**_asked(item), "gaps": [_hole(hole) for hole in holes]} for item, holes in empty],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _shown(footage: Footage) -> list[tuple[int, int]]:
    """The parts' times, neighbours joined."""
    joined: list[tuple[int, int]] = []
    for part in footage.parts:
        if joined and part.start_ms - joined[-1][1] < 250:
            joined[-1] = joined[-1][0], part.end_ms
        else:
            joined.append((part.start_ms, part.end_ms))
    return joined


def _asked(item: Item) -> dict[str, Any]:
    return {
        "camera": item["camera"],
        "camera_name": item["name"],
        "stream": "sub" if item["stream"] else "main",
        "start": rfc3339(item["start_ms"]),
        "end": rfc3339(item["end_ms"]),
    }


def _hole(hole: Hole) -> dict[str, str]:
    return {"start": rfc3339(hole["start_ms"]), "end": rfc3339(hole["end_ms"]), "reason": hole["reason"]}
