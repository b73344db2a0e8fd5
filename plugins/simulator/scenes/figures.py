"""People, walking: one full step in eight pictures."""

from __future__ import annotations

import math
import random
from functools import cache

from PIL import Image, ImageDraw

PHASES = 8
_SIZE = 320, 640  # drawn large and scaled down, so that edges are smooth
Colour = tuple[int, int, int]
_SKINS: tuple[Colour, ...] = ((236, 200, 172), (198, 150, 116), (120, 84, 62), (86, 60, 46))
_CLOTHES: tuple[Colour, ...] = (
    (176, 44, 44),
    (38, 84, 150),
    (52, 120, 74),
    (196, 150, 50),
    (70, 70, 84),
    (130, 62, 130),
)
_TROUSERS: tuple[Colour, ...] = ((40, 44, 60), (66, 62, 58), (30, 30, 34), (92, 84, 70))


class Person:
    """Somebody with clothes of their own."""

    def __init__(self, dice: random.Random) -> None:
        self._skin = dice.choice(_SKINS)
        self._top = dice.choice(_CLOTHES)
        self._trousers = dice.choice(_TROUSERS)
        self._hair: Colour = dice.choice(((40, 28, 20), (90, 60, 30), (20, 20, 22), (150, 140, 130)))
        self._pictures = cache(self._drawn)

    def picture(self, phase: int, height: int, *, leftwards: bool) -> Image.Image:
        """RGBA, feet at the lower edge, `height` pixels high, half as wide; phase counts eighths of a step pair."""
        return self._pictures(phase % PHASES, height, leftwards)

    def _drawn(self, phase: int, height: int, leftwards: bool) -> Image.Image:
        picture = Image.new("RGBA", _SIZE)
        draw = ImageDraw.Draw(picture)
        draw.ellipse((70, 604, 250, 638), fill=(0, 0, 0, 90))
        swing = math.sin(2 * math.pi * phase / PHASES)
        lift = abs(math.cos(2 * math.pi * phase / PHASES)) * 8
        dark_top: Colour = (self._top[0] * 3 // 4, self._top[1] * 3 // 4, self._top[2] * 3 // 4)
        dark_leg: Colour = (self._trousers[0] * 3 // 4, self._trousers[1] * 3 // 4, self._trousers[2] * 3 // 4)
        _limb(draw, (160, 190 - lift), 0.55 * swing, 92, 88, 30, dark_top, self._skin)
        _limb(draw, (160, 350 - lift), -0.42 * swing, 128, 124, 44, dark_leg, (24, 22, 22), bend=0.25)
        _limb(draw, (160, 350 - lift), 0.42 * swing, 128, 124, 46, self._trousers, (34, 30, 30), bend=0.25)
        draw.rounded_rectangle((118, 158 - lift, 202, 372 - lift), 34, fill=self._top)
        _limb(draw, (160, 190 - lift), -0.55 * swing, 92, 88, 32, self._top, self._skin)
        draw.ellipse((122, 62 - lift, 202, 152 - lift), fill=self._skin)
        draw.pieslice((116, 54 - lift, 200, 146 - lift), 150, 330, fill=self._hair)
        if leftwards:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return picture.resize((height // 2, height), Image.Resampling.LANCZOS)


def _limb(
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    angle: float,
    upper: int,
    lower: int,
    width: int,
    colour: Colour,
    end_colour: Colour,
    bend: float = -0.35,
) -> None:
    """An arm or leg of two parts, hanging from `start`; angle in radians from straight down, forwards positive."""
    joint = start[0] + upper * math.sin(angle), start[1] + upper * math.cos(angle)
    second = angle - bend * (1 if angle < 0 else 0.3)
    end = joint[0] + lower * math.sin(second), joint[1] + lower * math.cos(second)
    draw.line((start, joint, end), fill=colour, width=width, joint="curve")
    for point, radius in ((start, width / 2), (joint, width / 2)):
        draw.ellipse((point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius), fill=colour)
    radius = width * 0.55
    draw.ellipse((end[0] - radius, end[1] - radius, end[0] + radius, end[1] + radius), fill=end_colour)
