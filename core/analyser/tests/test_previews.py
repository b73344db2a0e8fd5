"""What a detector sees: as PNG that others can read, and over the analyser's socket."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import av
import pytest

from core.analyser.picturing import MOST_BYTES, gray_png
from core.analyser.previews import Previews, preview

SIGHT = bytes(range(60))


def _read(png: bytes) -> tuple[int, int, bytes]:
    """As another decoder reads it: width, height, pixels."""
    (picture,) = av.CodecContext.create("png", "r").decode(av.Packet(png))
    assert picture.format.name == "gray"
    plane, step = bytes(picture.planes[0]), picture.planes[0].line_size
    rows = (plane[row * step : row * step + picture.width] for row in range(picture.height))
    return picture.width, picture.height, b"".join(rows)


def test_a_picture_is_a_png() -> None:
    assert _read(gray_png(SIGHT, 10, 6)) == (10, 6, SIGHT)
    with pytest.raises(ValueError, match="no picture of 10 x 7"):
        gray_png(SIGHT, 10, 7)


def test_one_that_would_be_too_large_is_halved() -> None:
    noise = random.Random(1).randbytes(801 * 301)  # noqa: S311  # nobody is to guess it
    png = gray_png(noise, 801, 301)
    assert len(png) <= MOST_BYTES
    assert _read(png)[:2] == (401, 151)


async def test_who_asks_is_answered_when_the_worker_is(tmp_path: Path) -> None:
    asked: list[tuple[int, str]] = []

    def ask(camera_id: int, detector: str) -> int | None:
        asked.append((camera_id, detector))
        if detector != "motion":
            return None
        asyncio.get_running_loop().call_soon(previews.made, 7, SIGHT)
        return 7

    (tmp_path / "run").mkdir()
    assert await preview(tmp_path, 1, "motion") == b"", "no analyser"
    previews = Previews(tmp_path, ask)
    await previews.start()
    assert not asked, "nothing is made while nobody asks"
    assert await preview(tmp_path, 1, "motion") == SIGHT
    assert await preview(tmp_path, 2, "gone") == b""
    assert asked == [(1, "motion"), (2, "gone")]
    await previews.stop()
