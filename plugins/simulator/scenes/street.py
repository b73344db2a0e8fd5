"""A street from day to night and back: cars come and go, each with a legible number plate."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

from plugins.simulator.scenes.cars import HEIGHT, WIDTH, Colour, draw_car
from plugins.simulator.scenes.plates import Plate, random_plate
from plugins.simulator.scenes.scene import Frame, Light, SceneEvent

HORIZON = 0.34
VANISHING = 0.5
NIGHT_STEPS = 12
FAR, NEAR = 7.0, 0.92  # distances at which cars appear and leave, in units of the nearest distance
_COLOURS: tuple[Colour, ...] = (
    (176, 34, 38),
    (34, 74, 150),
    (214, 214, 210),
    (58, 62, 68),
    (40, 110, 76),
    (206, 158, 40),
)


@dataclass(frozen=True, slots=True)
class _Drive:
    """One car's way along the street: from `start` for `length` frames, towards the camera or away from it."""

    start: int
    length: int
    away: bool
    colour: Colour
    plate: Plate

    def distance(self, number: int) -> float | None:
        """How far away the car is, None while it is not in the street."""
        done = (number - self.start) / self.length
        if not 0 <= done < 1:
            return None
        return NEAR + (FAR - NEAR) * (done if self.away else 1 - done)


class Street:
    """Cars and their plates, day and night."""

    title = "Street"

    def __init__(self, frame: Frame, seed: int) -> None:
        self._frame = frame
        dice = random.Random(seed)  # noqa: S311 - a picture, no secret
        self._drives = _drives(frame, dice)
        self._days = _town(frame, night=False), _town(frame, night=True)
        self._ground = cache(self._blended)
        self._faces = cache(_day_and_night)
        self._car = cache(self._blended_car)
        self.events = [
            SceneEvent(
                "car_passes",
                drive.start,
                min(frame.frames, drive.start + drive.length) - 1,
                {
                    "plate": drive.plate.text,
                    "region": drive.plate.region,
                    "direction": "away" if drive.away else "towards",
                },
            )
            for drive in self._drives
        ]

    def draw(self, number: int) -> Image.Image:
        """Background of the hour, then the cars from far to near."""
        step = self._night(number)
        picture = self._ground(step).copy()
        for distance, drive in sorted(self._on_the_road(number), key=lambda pair: -pair[0]):
            self._paste(picture, drive, distance, step)
        return picture

    def light(self, number: int) -> Light:
        """Sensors see more grain by night."""
        return Light(noise=1.2 + 2.5 * self._night(number) / NIGHT_STEPS)

    def _night(self, number: int) -> int:
        turn = 2 * math.pi * number / self._frame.frames
        darkness = max(0.0, min(1.0, 0.5 - 0.85 * math.cos(turn)))
        return round(darkness * NIGHT_STEPS)

    def _on_the_road(self, number: int) -> Iterable[tuple[float, _Drive]]:
        for drive in self._drives:
            distance = drive.distance(number)
            if distance is not None:
                yield distance, drive

    def _blended(self, step: int) -> Image.Image:
        return Image.blend(*self._days, step / NIGHT_STEPS)

    def _blended_car(self, drive: _Drive, step: int) -> Image.Image:
        return Image.blend(*self._faces(drive), step / NIGHT_STEPS)

    def _paste(self, picture: Image.Image, drive: _Drive, distance: float, step: int) -> None:
        frame = self._frame
        width = round(frame.width * 0.36 / distance)
        height = width * HEIGHT // WIDTH
        if width < 8:
            return
        side = 0.27 if drive.away else -0.25
        x = frame.x(VANISHING + side / distance) - width // 2
        y = frame.y(HORIZON + (0.92 - HORIZON) / distance) - height
        car = self._car(drive, step).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        picture.paste(car, (x, y), car)


def _day_and_night(drive: _Drive) -> tuple[Image.Image, Image.Image]:
    size = WIDTH * 3 // 4, HEIGHT * 3 // 4
    day, night = (draw_car(drive.colour, drive.plate, rear=drive.away, night=dark) for dark in (False, True))
    return day.resize(size, Image.Resampling.LANCZOS), night.resize(size, Image.Resampling.LANCZOS)


def _drives(frame: Frame, dice: random.Random) -> list[_Drive]:
    """Cars towards the camera one after the other, and some away from it; all gone when the loop ends."""
    regions = ["CH", "DE", "FR", "UK", "US"]
    dice.shuffle(regions)
    drives = []
    for number, share in enumerate((0.01, 0.26, 0.51, 0.75)):
        plate = random_plate(dice, regions[number])
        drives.append(_Drive(frame.at(share), frame.at(0.24), False, dice.choice(_COLOURS), plate))
    for number, share in enumerate((0.12, 0.62)):
        plate = random_plate(dice, regions[4 - number])
        drives.append(_Drive(frame.at(share), frame.at(0.3), True, dice.choice(_COLOURS), plate))
    return drives


def _town(frame: Frame, *, night: bool) -> Image.Image:
    """Sky, houses, road and trees, drawn at twice the size for smooth edges."""
    width, height = frame.width * 2, frame.height * 2
    picture = _sky(width, height, night)
    draw = ImageDraw.Draw(picture)
    horizon = round(height * HORIZON)
    layout = random.Random(7)  # noqa: S311 - day and night must show the same houses
    _houses(draw, width, horizon, layout, night)
    draw.rectangle((0, horizon, width, height), fill=(30, 44, 32) if night else (92, 122, 78))
    centre = width * VANISHING
    _strip(draw, centre, horizon, height, (-0.78, 0.78), (38, 38, 44) if night else (150, 146, 140))
    _strip(draw, centre, horizon, height, (-0.6, 0.6), (24, 25, 29) if night else (78, 80, 84))
    for edge in (-0.575, 0.56):
        _strip(draw, centre, horizon, height, (edge, edge + 0.015), (96, 96, 96) if night else (225, 225, 220))
    _dashes(draw, centre, horizon, height, (110, 110, 104) if night else (235, 235, 225), width)
    _lamps(picture, width, horizon, height, night)
    return picture.resize((frame.width, frame.height), Image.Resampling.LANCZOS)


def _sky(width: int, height: int, night: bool) -> Image.Image:
    top, low = ((6, 10, 26), (30, 34, 60)) if night else ((96, 148, 206), (206, 220, 230))
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        column.putpixel((0, y), tuple(round(a + (b - a) * min(1.0, y / 24)) for a, b in zip(top, low, strict=True)))
    return column.resize((width, height), Image.Resampling.BILINEAR)


def _houses(draw: ImageDraw.ImageDraw, width: int, horizon: int, layout: random.Random, night: bool) -> None:
    left = 0
    while left < width:
        broad, tall = layout.randrange(width // 14, width // 8), layout.randrange(horizon // 3, horizon * 4 // 5)
        tone = layout.randrange(120, 200)
        wall = (tone // 6, tone // 6, tone // 5) if night else (tone, tone - 14, tone - 30)
        draw.rectangle((left, horizon - tall, left + broad, horizon + 6), fill=wall)
        pane = max(6, broad // 9)
        for x in range(left + pane, left + broad - pane, pane * 2):
            for y in range(horizon - tall + pane, horizon - pane * 2, pane * 2):
                lit = layout.random() < 0.4
                colour = ((236, 196, 110) if lit else (24, 28, 40)) if night else (88, 106, 124)
                draw.rectangle((x, y, x + pane, y + round(pane * 1.2)), fill=colour)
        left += broad + layout.randrange(0, width // 60)


def _strip(
    draw: ImageDraw.ImageDraw, centre: float, horizon: int, height: int, near: tuple[float, float], fill: Colour
) -> None:
    """Something flat along the road, from the horizon to the lower edge, where it spans these shares of the width."""
    width = centre * 2
    left, right = (centre + share * width for share in near)
    draw.polygon(((centre - 2, horizon), (centre + 2, horizon), (right, height), (left, height)), fill=fill)


def _dashes(draw: ImageDraw.ImageDraw, centre: float, horizon: int, height: int, fill: Colour, width: int) -> None:
    for number in range(12):
        far, near = 1.0 + number * 0.9 + 0.5, 1.0 + number * 0.9
        points = []
        for distance, sides in ((near, (-1, 1)), (far, (1, -1))):
            y = horizon + (height - horizon) / distance
            points += [(centre + side * width * 0.008 / distance, y) for side in sides]
        draw.polygon(points, fill=fill)


def _lamps(picture: Image.Image, width: int, horizon: int, height: int, night: bool) -> None:
    glow = Image.new("RGBA", picture.size)
    draw, spread = ImageDraw.Draw(picture), ImageDraw.Draw(glow)
    for distance in (4.5, 2.6, 1.6):
        for side in (-0.7, 0.7):
            x, foot = width * (VANISHING + side / distance), horizon + (height - horizon) / distance
            tall, thick = height * 0.85 / distance, max(3, round(width * 0.007 / distance))
            draw.line((x, foot, x, foot - tall), fill=(28, 30, 34) if night else (70, 74, 80), width=thick)
            size = width * 0.02 / distance
            lamp = (x - size, foot - tall - size / 2, x + size, foot - tall + size / 2)
            draw.ellipse(lamp, fill=(255, 232, 170) if night else (210, 210, 206))
            if night:
                spread.ellipse(
                    (x - size * 4, foot - tall - size * 4, x + size * 4, foot - tall + size * 4),
                    fill=(255, 214, 140, 120),
                )
    if night:
        small = glow.resize((width // 8, height // 8)).filter(ImageFilter.GaussianBlur(width // 720))
        glow = small.resize(glow.size)
        picture.paste(glow, (0, 0), glow)
