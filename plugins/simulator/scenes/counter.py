"""The cheapest scene: a large frame number and a sweeping hand on a quiet ground. For tests that need many cameras."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw

from plugins.simulator.scenes.overlay import font
from plugins.simulator.scenes.scene import Frame, Light, SceneEvent


class Counter:
    """A frame counter."""

    title = "Test card"

    def __init__(self, frame: Frame, seed: int) -> None:
        self._frame = frame
        self.events: list[SceneEvent] = []
        hue = random.Random(seed).randrange(256)  # noqa: S311 - a colour, no secret
        self._ground = Image.new("HSV", (frame.width, frame.height), (hue, 90, 90)).convert("RGB")

    def draw(self, number: int) -> Image.Image:
        """The hand goes round once in a loop."""
        picture = self._ground.copy()
        draw = ImageDraw.Draw(picture)
        frame = self._frame
        angle = 2 * math.pi * number / frame.frames - math.pi / 2
        centre, reach = (frame.x(0.5), frame.y(0.55)), frame.y(0.38)
        end = (centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle))
        box = (centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach)
        draw.ellipse(box, outline=(230, 230, 230), width=3)
        draw.line((centre, end), fill=(250, 200, 80), width=max(3, frame.width // 100))
        draw.text(centre, str(number), font=font(frame.y(0.22)), fill=(255, 255, 255), anchor="mm")
        return picture

    def light(self, number: int) -> Light:
        """A clean signal."""
        return Light(noise=0.0)
