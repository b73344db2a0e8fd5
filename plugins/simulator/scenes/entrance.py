"""An entrance: a door opens, somebody comes in, and it closes again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from plugins.simulator.scenes.figures import Person
from plugins.simulator.scenes.overlay import font
from plugins.simulator.scenes.scene import Frame, Light, SceneEvent

# The door's opening, as shares of the frame: left, top, right, bottom.
DOOR = (0.40, 0.20, 0.58, 0.80)
SWING = 0.05  # share of the loop that the door takes to open or to close


@dataclass(frozen=True, slots=True)
class _Visit:
    """One use of the door, by shares of the loop: it begins to open at `start` and is shut again at `end`."""

    person: Person
    start: float
    end: float
    leftwards: bool


class Entrance:
    """A door that opens and closes."""

    title = "Entrance"

    def __init__(self, frame: Frame, seed: int) -> None:
        self._frame = frame
        dice = random.Random(seed)  # noqa: S311 - a picture, no secret
        plan = ((0.06, 0.30), (0.42, 0.66), (0.76, 0.97))
        self._visits = [_Visit(Person(dice), start, end, dice.random() < 0.5) for start, end in plan]
        self._hall = _hall(frame)
        self.events = [
            SceneEvent("door_opens", frame.at(visit.start), frame.at(visit.end), {"door": "Entrance"})
            for visit in self._visits
        ]

    def draw(self, number: int) -> Image.Image:
        """The way outside, the person behind or before the door leaf, the leaf."""
        picture = self._hall.copy()
        share = number / self._frame.frames
        visit = next((visit for visit in self._visits if visit.start <= share <= visit.end), None)
        openness = 0.0 if visit is None else _openness(visit, share)
        if openness:
            self._outside(picture)
        inside = visit is not None and share > visit.start + SWING * 2
        if visit is not None and not inside:
            self._person(picture, visit, share)
        self._leaf(picture, openness)
        if visit is not None and inside:
            self._person(picture, visit, share)
        return picture

    def light(self, number: int) -> Light:
        """Lamp light, steady."""
        return Light(brightness=0.95, noise=1.8)

    def _box(self) -> tuple[int, int, int, int]:
        frame = self._frame
        return frame.x(DOOR[0]), frame.y(DOOR[1]), frame.x(DOOR[2]), frame.y(DOOR[3])

    def _outside(self, picture: Image.Image) -> None:
        left, top, right, bottom = self._box()
        draw = ImageDraw.Draw(picture)
        draw.rectangle((left, top, right, bottom), fill=(206, 224, 238))
        draw.rectangle((left, top + (bottom - top) * 3 // 5, right, bottom), fill=(150, 170, 140))

    def _person(self, picture: Image.Image, visit: _Visit, share: float) -> None:
        """Comes through the door, growing, and walks off to one side."""
        frame = self._frame
        done = (share - visit.start - SWING) / (visit.end - visit.start - SWING)
        if done <= 0:
            return
        height = frame.y(0.50 + 0.22 * min(1.0, done * 1.6))
        aside = max(0.0, done - 0.35) * 0.9
        middle = (DOOR[0] + DOOR[2]) / 2 + (-aside if visit.leftwards else aside)
        feet = frame.y(min(0.94, DOOR[3] - 0.01 + 0.18 * min(1.0, done * 1.4)))
        figure = visit.person.picture(int(done * 34), height // 8 * 8, leftwards=visit.leftwards)
        picture.paste(figure, (frame.x(middle) - figure.width // 2, feet - height), figure)

    def _leaf(self, picture: Image.Image, openness: float) -> None:
        """Hinged on the left; the farther open, the narrower it looks, and the taller its free edge."""
        left, top, right, bottom = self._box()
        free = right - (right - left) * 0.82 * openness
        lean = (bottom - top) * 0.07 * openness
        shade = round(40 * openness)
        draw = ImageDraw.Draw(picture)
        outline = ((left, top), (free, top - lean), (free, bottom + lean), (left, bottom))
        draw.polygon(outline, fill=(112 - shade, 72 - shade // 2, 44 - shade // 2))
        width = free - left
        for low, high in ((0.08, 0.44), (0.54, 0.92)):
            draw.polygon(
                [
                    (left + width * across, top + (bottom - top) * down)
                    for across, down in ((0.16, low), (0.84, low), (0.84, high), (0.16, high))
                ],
                fill=(96 - shade, 60 - shade // 2, 36 - shade // 2),
            )
        knob = (left + width * 0.9, (top + bottom) / 2)
        size = max(3, self._frame.height // 90)
        draw.ellipse((knob[0] - size, knob[1] - size, knob[0] + size, knob[1] + size), fill=(214, 190, 110))


def _openness(visit: _Visit, share: float) -> float:
    return max(0.0, min(1.0, (share - visit.start) / SWING, (visit.end - share) / SWING))


def _hall(frame: Frame) -> Image.Image:
    width, height = frame.width * 2, frame.height * 2
    picture = Image.new("RGB", (width, height), (202, 196, 184))
    draw = ImageDraw.Draw(picture)
    floor = round(height * 0.80)
    draw.polygon(((0, 0), (width * 0.14, height * 0.08), (width * 0.14, floor), (0, height)), fill=(184, 178, 166))
    draw.polygon(
        ((width, 0), (width * 0.86, height * 0.08), (width * 0.86, floor), (width, height)), fill=(184, 178, 166)
    )
    draw.polygon(
        ((0, 0), (width, 0), (width * 0.86, height * 0.08), (width * 0.14, height * 0.08)), fill=(222, 218, 210)
    )
    draw.polygon(((width * 0.14, floor), (width * 0.86, floor), (width, height), (0, height)), fill=(126, 118, 110))
    for number in range(9):
        far, near = width * (0.14 + 0.72 * number / 8), width * number / 8
        draw.line((far, floor, near, height), fill=(112, 104, 98), width=3)
    for share in (0.12, 0.3, 0.58):
        y = floor + (height - floor) * share
        edge = width * 0.14 * (1 - share)
        draw.line((edge, y, width - edge, y), fill=(112, 104, 98), width=3)
    left, top, right, bottom = (
        round(value * side) for value, side in zip(DOOR, (width, height, width, height), strict=True)
    )
    draw.rectangle((left - width // 90, top - width // 90, right + width // 90, bottom), fill=(238, 234, 226))
    draw.rectangle((left, top, right, bottom), fill=(60, 40, 28))
    sign = (width * 0.435, height * 0.10, width * 0.545, height * 0.155)
    draw.rounded_rectangle(sign, 8, fill=(34, 130, 74))
    draw.text(
        ((sign[0] + sign[2]) / 2, (sign[1] + sign[3]) / 2), "EXIT", font=font(height // 28), fill="white", anchor="mm"
    )
    draw.rectangle((width * 0.66, height * 0.42, width * 0.70, height * 0.50), fill=(46, 48, 54))
    draw.ellipse((width * 0.674, height * 0.435, width * 0.686, height * 0.455), fill=(70, 200, 110))
    draw.ellipse((width * 0.20, height * 0.60, width * 0.28, height * 0.72), fill=(58, 110, 66))
    draw.rectangle((width * 0.225, height * 0.70, width * 0.255, height * 0.82), fill=(150, 96, 70))
    return picture.resize((frame.width, frame.height), Image.Resampling.LANCZOS)
