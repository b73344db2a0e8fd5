"""Number plates of several regions, made up but well-formed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from plugins.simulator.scenes.overlay import font

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
HEIGHT = 110


@dataclass(frozen=True, slots=True)
class Plate:
    """What a plate says. region: CH, DE, FR, UK or US."""

    region: str
    text: str


def _letters(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(_LETTERS) for _ in range(count))


def random_plate(dice: random.Random, region: str) -> Plate:
    """A plate in the region's own pattern."""
    number = dice.randrange
    match region:
        case "CH":
            return Plate(region, f"{dice.choice(('ZH', 'BE', 'GE', 'TI', 'VD'))} {number(100, 999)} {number(100, 999)}")
        case "DE":
            return Plate(region, f"{dice.choice(('B', 'M', 'HH', 'KA'))} {_letters(dice, 2)} {number(100, 9999)}")
        case "FR":
            return Plate(region, f"{_letters(dice, 2)}-{number(100, 999)}-{_letters(dice, 2)}")
        case "UK":
            return Plate(region, f"{_letters(dice, 2)}{number(10, 73)} {_letters(dice, 3)}")
        case _:
            return Plate("US", f"{number(1, 9)}{_letters(dice, 3)}{number(100, 999)}")


def draw_plate(plate: Plate, *, rear: bool) -> Image.Image:
    """The plate as a picture, 110 pixels high; American ones are half as wide as long European ones."""
    width = 240 if plate.region == "US" else 500
    ground = (250, 205, 60) if plate.region == "UK" and rear else (245, 245, 240)
    picture = Image.new("RGB", (width, HEIGHT), ground)
    draw = ImageDraw.Draw(picture)
    left = 0
    if plate.region in ("DE", "FR", "UK"):
        left = 44
        draw.rectangle((0, 0, left, HEIGHT), fill=(20, 60, 160))
        draw.text((left / 2, HEIGHT * 0.72), {"DE": "D", "FR": "F"}.get(plate.region, "GB"), font=font(30), anchor="mm")
    elif plate.region == "CH":
        left = 60
        draw.polygon(((12, 18), (52, 18), (52, 66), (32, 92), (12, 66)), fill=(200, 30, 30))
        draw.rectangle((28, 30, 36, 72), fill="white")
        draw.rectangle((19, 45, 45, 53), fill="white")
    middle = HEIGHT * (0.62 if plate.region == "US" else 0.5)
    if plate.region == "US":
        draw.text((width / 2, 20), "CALIFORNIA", font=font(22), fill=(180, 30, 30), anchor="mm")
    size = 84
    while draw.textlength(plate.text, font=font(size)) > width - left - 24:
        size -= 4
    draw.text(
        ((left + width) / 2, middle),
        plate.text,
        font=font(size),
        fill=(15, 15, 25),
        anchor="mm",
        stroke_width=2,
        stroke_fill=(15, 15, 25),
    )
    draw.rectangle((0, 0, width - 1, HEIGHT - 1), outline=(20, 20, 20), width=4)
    return picture
