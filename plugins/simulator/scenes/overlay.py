"""What a camera burns into its pictures, and the light and weather they are seen in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from plugins.simulator.scenes.scene import Frame, Light

GRAINS = 8  # different noise pictures, used in turn


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, the same on every machine, at a height of about `size` pixels."""
    return ImageFont.load_default(size)


def edge_height(frame: Frame) -> int:
    """Rows at the lower edge that belong to the overlay."""
    return max(10, frame.height // 20) // 2 * 2


class Overlay:
    """The camera's name and clock along the lower edge."""

    def __init__(self, frame: Frame, name: str) -> None:
        self._frame = frame
        self._name = name
        self._height = edge_height(frame)
        self._font = font(round(self._height * 0.72))

    def burn(self, picture: Image.Image, number: int) -> None:
        """Write name, time within the loop and frame number. Changes the picture."""
        seconds = number / self._frame.fps
        text = f"{self._name}   {int(seconds) // 60:02}:{seconds % 60:05.2f}   #{number:05}"
        draw = ImageDraw.Draw(picture)
        top = self._frame.height - self._height
        draw.rectangle((0, top, self._frame.width, self._frame.height), fill=(0, 0, 0))
        middle = top + self._height // 2
        draw.text((self._height // 2, middle), text, font=self._font, fill=(235, 235, 235), anchor="lm")


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that is burnt in later. x, y: shares of the picture, y downwards; size: a share of its height."""

    text: str
    x: float
    y: float
    size: float


class Captions:
    """Writes captions into pictures of one size: white, with a black edge, grown inwards from where they are."""

    def __init__(self, captions: tuple[Caption, ...], width: int, height: int) -> None:
        inside, around = (Image.new("1", (width, height)) for _ in range(2))
        for caption in captions:
            spot = round(caption.x * width), round(caption.y * height)
            anchor = ("l" if caption.x < 0.5 else "r") + ("a" if caption.y < 0.5 else "d")
            shape: dict[str, Any] = {"font": font(max(8, round(caption.size * height))), "anchor": anchor, "fill": 1}
            ImageDraw.Draw(around).text(spot, caption.text, stroke_width=2, **shape)
            ImageDraw.Draw(inside).text(spot, caption.text, **shape)
        self._inside, self._around = np.asarray(inside), np.asarray(around)

    def on(self, luma: npt.NDArray[np.uint8]) -> None:
        """Change a luma plane in place."""
        luma[self._around] = 16
        luma[self._inside] = 235


class Weather:
    """Brightness, grain and rain upon a picture's luma plane."""

    def __init__(self, frame: Frame, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        shape = frame.height - edge_height(frame), frame.width
        self._grains = [self._dice.standard_normal(shape, dtype=np.float32) for _ in range(GRAINS)]
        self._streaks = _streaks(frame, self._dice)[: shape[0]]
        self._shape = shape

    def apply(self, luma: npt.NDArray[Any], light: Light, number: int) -> None:
        """Change a picture's whole luma plane in place; the overlay's edge stays clear."""
        if light == Light(noise=0.0):
            return
        luma = luma[: self._shape[0]]
        value = luma.astype(np.float32)
        if light.brightness != 1.0:
            value = 16 + (value - 16) * light.brightness
        if light.noise:
            value += self._grains[number % GRAINS] * light.noise
        if light.rain:
            fall = (number * self._shape[0] // 5) % self._shape[0]
            value += np.roll(self._streaks, fall, axis=0) * (90 * light.rain)
        luma[:] = np.clip(value, 16, 235).astype(np.uint8)


def _streaks(frame: Frame, dice: np.random.Generator) -> npt.NDArray[np.float32]:
    picture = Image.new("L", (frame.width, frame.height))
    draw = ImageDraw.Draw(picture)
    for _ in range(frame.width // 4):
        x, y = int(dice.integers(frame.width)), int(dice.integers(frame.height))
        length = int(dice.integers(frame.height // 40 + 1, frame.height // 14 + 2))
        draw.line((x, y, x - length // 6, y + length), fill=int(dice.integers(60, 200)), width=1 + frame.width // 900)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)
