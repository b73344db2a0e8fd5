"""Tiles of the wall as somebody sees them: by name, by what they say, and by the numbers burnt into their pictures."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from plugins.simulator.testing import frame_number
from tests.rig.processes import eventually

HOSTILE = "<script>alert(1)</script>"
SHOWN = """(tile) => {
  const live = tile.querySelector('eyrie-live'), video = tile.querySelector('video.replay');
  const shown = tile.hasAttribute('replaying') ? video : live.picture;
  if (!shown || !(shown.videoWidth ?? shown.naturalWidth ?? shown.width)) return null;
  const canvas = document.createElement('canvas');
  canvas.width = shown.videoWidth ?? shown.naturalWidth ?? shown.width;
  canvas.height = shown.videoHeight ?? shown.naturalHeight ?? shown.height;
  canvas.getContext('2d').drawImage(shown, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}"""


def tile(window: Page, name: str) -> Locator:
    return window.locator("eyrie-tile", has=window.get_by_text(name, exact=True))


def luma(one: Locator) -> NDArray[np.uint8] | None:
    """How bright the picture is that a tile shows now, pixel by pixel."""
    png = one.evaluate(SHOWN)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) if png else None


def number(one: Locator) -> tuple[int, int] | None:
    """Seed and number burnt into the picture that a tile shows now."""
    shown = luma(one)
    return None if shown is None else frame_number(shown)


def numbers(one: Locator, count: int, timeout: float = 40) -> list[int]:
    """So many different pictures' numbers, all of one camera, in the order shown."""
    seen: list[tuple[int, int]] = []

    def further() -> bool:
        found = number(one)
        if found is not None and (not seen or found != seen[-1]):
            seen.append(found)
        return len(seen) >= count

    eventually(further, timeout, f"{count} pictures", 0.02)
    assert len({seed for seed, _ in seen}) == 1, seen
    return [frame for _, frame in seen]


def goes_on(one: Locator, count: int) -> None:
    """Return when so many different pictures were shown: on a busy machine of two rounds of its loop, some twice."""
    seen: set[int] = set()

    def enough() -> bool:
        seen.update(numbers(one, 1))
        return len(seen) >= count

    eventually(enough, 40, f"{count} different pictures", 0.02)


def stays_live(one: Locator) -> None:
    expect(one.locator("[data-part=state]")).to_have_text("Live")
    expect(one.locator("[data-part=trouble]")).to_be_hidden()
