"""Faces in an export: pictures of people pan through a recording; no frame of the exported file shows their faces."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.exports.models import State
from core.exports.tests.conftest import ask, clock, exporter_of, folder, volume
from core.media.tests import footage as drawing
from core.media.tests.footage import decode_file, video
from core.recording.tests import recorded
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from tests.rig.fixtures import clips

__all__ = ["ask", "clips", "clock", "exporter_of", "folder", "volume"]
pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.real_data]
WIDTH, HEIGHT, FPS, SECONDS = 480, 270, 10, 3
PEOPLE = {"mona-lisa.jpg": (166, 122, 134, 134), "cnn1260.jpg": (77, 30, 142, 142)}
"""Faces by picture: left, top, width, height in pixels."""
STEP = 4
"""Pixels a frame: the picture moves on by 40 a second."""


def scene(clips: Path, name: str) -> np.ndarray:
    """The picture in the frame's height, on grey."""
    picture = cv2.imread(str(clips / "people" / "faces" / name))
    assert picture is not None, name
    grown = cv2.resize(picture, None, fx=HEIGHT / picture.shape[0], fy=HEIGHT / picture.shape[0])
    whole = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    whole[:, : min(grown.shape[1], WIDTH)] = grown[:, :WIDTH]
    return whole


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two patches are: the correlation of what remains when each one's coarse light is taken away."""
    parts = [patch.astype(float) - cv2.GaussianBlur(patch.astype(float), (0, 0), 8) for patch in (one, other)]
    norms = [float(np.linalg.norm(part)) for part in parts]
    return float((parts[0] * parts[1]).sum()) / max(norms[0] * norms[1], 1e-9) if min(norms) > 200 else 0.0


@pytest.mark.parametrize("name", PEOPLE)
def test_no_frame_shows_the_face(
    volume: OpenVolume,
    ask: Callable[..., Any],
    exporter_of: Callable[..., Any],
    folder: Path,
    clips: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    still = scene(clips, name)
    monkeypatch.setattr(drawing, "picture", lambda number, width, height: np.roll(still, STEP * number, 1)[:, :, ::-1])
    shown = video(frames=SECONDS * FPS, fps=FPS, gop=FPS, width=WIDTH, height=HEIGHT)
    monkeypatch.setattr(recorded, "footage", lambda seconds, start_ms: shown)
    record(volume, 1, seconds=SECONDS)
    files = [_exported(ask, exporter_of, folder, redact) for redact in ([], ["faces"])]
    bare, covered = files
    assert len(bare) == len(covered) == SECONDS * FPS
    x, y, w, h = _in_frame(clips, name)
    changed = [(abs(one.astype(int) - other) > 12).mean() for one, other in zip(*files, strict=True)]
    assert min(changed) < 0.6  # elsewhere the picture is the picture
    for number in range(SECONDS * FPS):
        left = x + STEP * number
        eyes = slice(y + h // 5, y + 4 * h // 5), slice(left + w // 6, left + 5 * w // 6)
        assert likeness(still[..., 1][eyes[0], x + w // 6 : x + 5 * w // 6], bare[number][eyes]) > 0.6, number
        assert covered[number][eyes].astype(int).std() < 6, number


def _exported(
    ask: Callable[..., Any], exporter_of: Callable[..., Any], folder: Path, redact: list[str]
) -> list[np.ndarray]:
    """The exported pictures' brightness."""
    export = ask((1, 0, SECONDS), redact=redact)
    exporter_of().work()
    export.refresh_from_db()
    assert export.state == State.DONE, export.error
    with zipfile.ZipFile(folder / f"{export.pk}.zip") as archive:
        return [np.asarray(picture) for picture in decode_file(archive.read(archive.namelist()[0]))]


def _in_frame(clips: Path, name: str) -> tuple[int, int, int, int]:
    picture = cv2.imread(str(clips / "people" / "faces" / name))
    scale = HEIGHT / picture.shape[0]
    x, y, w, h = (round(one * scale) for one in PEOPLE[name])
    return x, y, w, h
