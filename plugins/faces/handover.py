"""Pictures of faces on their way from the detector's process to the one that records its events: encrypted files."""

from __future__ import annotations

import base64
import json
import re
import secrets
from pathlib import Path

import numpy as np

from core.api import Clock
from plugins.faces.kept import Kept

FOLDER = "faces-handover"
LOST_MS = 600_000
"""What nobody took after so long belongs to no event: a replay that was stopped, a crash."""
_TOKEN = re.compile(r"[0-9a-f]{32}")


def hand_over(data: Path, face: Kept) -> str:
    """Write it; by which name `take` finds it. Raises OSError."""
    from core.api.services import seal_bytes

    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    token = secrets.token_hex(16)
    body = {
        "model": face.model,
        "vector": base64.b64encode(np.asarray(face.vector, "<f4").tobytes()).decode(),
        "jpeg": base64.b64encode(face.jpeg).decode(),
    }
    part = folder / f".{token}"
    part.write_bytes(seal_bytes(json.dumps(body).encode()))
    part.rename(folder / token)
    return token


def take(data: Path, token: str) -> Kept | None:
    """What was handed over, once; None when it is not there."""
    from core.api.services import unseal_bytes

    if not _TOKEN.fullmatch(token):
        return None
    path = data / FOLDER / token
    try:
        body = json.loads(unseal_bytes(path.read_bytes()))
    except FileNotFoundError:
        return None
    path.unlink(missing_ok=True)
    vector = np.frombuffer(base64.b64decode(body["vector"]), "<f4")
    return Kept(base64.b64decode(body["jpeg"]), vector, body["model"])


def sweep(data: Path, clock: Clock) -> int:
    """Delete what nobody took; how many there were."""
    folder, gone = data / FOLDER, 0
    if not folder.is_dir():
        return 0
    for path in folder.iterdir():
        if clock.wall_ms() - path.stat().st_mtime * 1000 > LOST_MS:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
