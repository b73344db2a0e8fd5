"""A yard in the rain: people walk across a painted line, in both directions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw

from plugins.simulator.scenes.figures import PHASES, Person
from plugins.simulator.scenes.scene import Frame, Light, SceneEvent, SceneObject

# The line as shares of width and height, upper end first. Truth events give it to those who must find it.
LINE = ((0.53, 0.50), (0.45, 0.97))
STEP_SHARE = 0.05  # of the frame's height that a person moves in one eighth of a step, at its own scale


@dataclass(frozen=True, slots=True)
class _Walk:
    """One person's way: `lane` is the height of their feet as a share of the frame."""

    person: Person
    start: int
    length: int
    lane: float
    leftwards: bool

    @property
    def tall(self) -> float:
        """How tall the person looks, as a share of the frame's height: larger when nearer."""
        return 0.30 + (self.lane - 0.58) * 0.75

    def x(self, number: int) -> float | None:
        """Where the person is, as a share of the width; None while out of the picture."""
        done = (number - self.start) / self.length
        if not 0 <= done < 1:
            return None
        return 1.1 - 1.2 * done if self.leftwards else -0.1 + 1.2 * done


class Yard:
    """People crossing a line in the rain."""

    title = "Yard"

    def __init__(self, frame: Frame, seed: int) -> None:
        self._frame = frame
        dice = random.Random(seed)  # noqa: S311 - a picture, no secret
        self._walks = _walks(frame, dice)
        self._ground = _yard(frame)
        self.events = [event for walk in self._walks if (event := self._crossing(walk)) is not None]

    def draw(self, number: int) -> Image.Image:
        """The people nearest to the camera last."""
        picture = self._ground.copy()
        frame = self._frame
        for walk in self._walks:
            x = walk.x(number)
            if x is None:
                continue
            height = frame.y(walk.tall)
            stride = 1.2 * frame.width / (STEP_SHARE * height * 8 / 2)
            phase = int((number - walk.start) / walk.length * stride * PHASES / 4)
            figure = walk.person.picture(phase, height, leftwards=walk.leftwards)
            picture.paste(figure, (frame.x(x) - figure.width // 2, frame.y(walk.lane) - height), figure)
        return picture

    def light(self, number: int) -> Light:
        """A dull day with rain."""
        return Light(brightness=0.9, noise=2.0, rain=0.7)

    def _crossing(self, walk: _Walk) -> SceneEvent | None:
        """From the frame before the feet are on the line to the one after."""
        (top_x, top_y), (low_x, low_y) = LINE
        line_x = top_x + (low_x - top_x) * (walk.lane - top_y) / (low_y - top_y)
        sides = [(number, x < line_x) for number in range(self._frame.frames) if (x := walk.x(number)) is not None]
        for (before, was_left), (after, is_left) in pairwise(sides):
            if was_left != is_left:
                direction = "left" if walk.leftwards else "right"
                return SceneEvent("person_crosses_line", before, after, {"direction": direction, "line": str(LINE)})
        return None


def people(frame: Frame, seed: int) -> Callable[[int], list[SceneObject]]:
    """Who is in which picture: a function of its number. Draws nothing."""
    walks = _walks(frame, random.Random(seed))  # noqa: S311 - a picture, no secret

    def of(number: int) -> list[SceneObject]:
        found = []
        for index, walk in enumerate(walks):
            x = walk.x(number)
            if x is not None:
                wide = walk.tall / 2 * frame.height / frame.width
                found.append(SceneObject(index, "person", (x - wide / 2, walk.lane - walk.tall, wide, walk.tall)))
        return found

    return of


def _walks(frame: Frame, dice: random.Random) -> list[_Walk]:
    plan = ((0.0, 0.42, 0.66), (0.10, 0.5, 0.9), (0.34, 0.45, 0.74), (0.46, 0.5, 0.82), (0.55, 0.42, 0.62))
    walks = [
        _Walk(Person(dice), frame.at(start), frame.at(length), lane, dice.random() < 0.5)
        for start, length, lane in plan
    ]
    return sorted(walks, key=lambda walk: walk.lane)


def _yard(frame: Frame) -> Image.Image:
    width, height = frame.width * 2, frame.height * 2
    picture = Image.new("RGB", (width, height), (124, 126, 128))
    draw = ImageDraw.Draw(picture)
    wall = round(height * 0.46)
    draw.rectangle((0, 0, width, wall), fill=(142, 104, 86))
    brick = height // 40
    for row, y in enumerate(range(0, wall, brick)):
        draw.line((0, y, width, y), fill=(120, 88, 74), width=2)
        for x in range((row % 2) * brick, width, brick * 2):
            draw.line((x, y, x, y + brick), fill=(120, 88, 74), width=2)
    _gate(draw, width, wall)
    draw.rectangle((0, wall, width, wall + height // 50), fill=(92, 92, 94))
    for number in range(1, 14):  # joints of the paving, closer together the farther away
        y = wall + (height - wall) * (number / 14) ** 1.7
        draw.line((0, y, width, y), fill=(108, 110, 112), width=3)
    for number in range(-14, 15):
        draw.line(
            (width / 2 + number * width / 24, wall, width / 2 + number * width / 9, height),
            fill=(108, 110, 112),
            width=3,
        )
    draw.line([(x * width, y * height) for x, y in LINE], fill=(226, 186, 46), width=max(6, width // 110))
    for across, down, reach in ((0.2, 0.72, 0.10), (0.74, 0.86, 0.14), (0.84, 0.62, 0.06)):  # puddles
        left, right = (across - reach) * width, (across + reach) * width
        box = (left, (down - reach / 5) * height, right, (down + reach / 5) * height)
        draw.ellipse(box, fill=(138, 146, 154))
    return picture.resize((frame.width, frame.height), Image.Resampling.LANCZOS)


def _gate(draw: ImageDraw.ImageDraw, width: int, wall: int) -> None:
    left, right, top = round(width * 0.64), round(width * 0.86), round(wall * 0.22)
    draw.rectangle((left, top, right, wall), fill=(58, 66, 74))
    for y in range(top, wall, max(8, wall // 16)):
        draw.line((left, y, right, y), fill=(74, 84, 92), width=4)
    draw.rectangle((left, top, right, wall), outline=(40, 44, 48), width=8)
    draw.rectangle(
        (round(width * 0.12), round(wall * 0.3), round(width * 0.24), round(wall * 0.66)), fill=(70, 88, 100)
    )
    draw.rectangle(
        (round(width * 0.12), round(wall * 0.3), round(width * 0.24), round(wall * 0.66)),
        outline=(214, 210, 200),
        width=8,
    )
