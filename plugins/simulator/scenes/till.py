"""A till from above: goods pass the scanner one by one, and receipts are printed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from plugins.simulator.scenes.cars import Colour
from plugins.simulator.scenes.overlay import font
from plugins.simulator.scenes.scene import Frame, Light, SceneEvent

SCANNER = 0.40  # where goods are read, as a share of the width
_GOODS: tuple[tuple[str, int, Colour], ...] = (
    ("Milk 1 l", 165, (236, 240, 246)),
    ("Bread", 320, (190, 134, 70)),
    ("Apples", 445, (178, 40, 44)),
    ("Coffee", 890, (74, 48, 36)),
    ("Cheese", 610, (232, 190, 70)),
    ("Pasta", 210, (52, 96, 168)),
    ("Tomatoes", 395, (206, 60, 40)),
    ("Chocolate", 245, (120, 52, 110)),
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One article: it passes the scanner at frame `read`."""

    name: str
    cents: int
    colour: Colour
    read: int


@dataclass(frozen=True, slots=True)
class _Sale:
    """One customer: articles, then a receipt, printed from frame `paid` to frame `done`."""

    number: int
    items: tuple[_Item, ...]
    start: int
    paid: int
    done: int

    @property
    def total(self) -> int:
        """Cents."""
        return sum(item.cents for item in self.items)


class Till:
    """Goods, a scanner, receipts."""

    title = "Till"

    def __init__(self, frame: Frame, seed: int) -> None:
        self._frame = frame
        dice = random.Random(seed)  # noqa: S311 - a picture, no secret
        self._sales = [_sale(frame, dice, number, share) for number, share in enumerate((0.0, 0.5))]
        self._counter = _counter(frame)
        self.events = [
            SceneEvent(
                "receipt_printed",
                sale.paid,
                sale.done,
                {
                    "receipt": f"{sale.number:06}",
                    "total": _money(sale.total),
                    "lines": "; ".join(f"{item.name} {_money(item.cents)}" for item in sale.items),
                },
            )
            for sale in self._sales
        ]

    def draw(self, number: int) -> Image.Image:
        """Belt and goods, the scanner's flash, the receipt as it comes out."""
        picture = self._counter.copy()
        draw = ImageDraw.Draw(picture)
        sale = next((sale for sale in reversed(self._sales) if number >= sale.start), self._sales[0])
        for item in sale.items:
            self._article(draw, item, number)
        flash = any(0 <= number - item.read <= 2 for item in sale.items)
        frame = self._frame
        beam = (frame.x(SCANNER) - frame.x(0.004), frame.y(0.34), frame.x(SCANNER) + frame.x(0.004), frame.y(0.78))
        draw.rectangle(beam, fill=(255, 90, 80) if flash else (150, 24, 24))
        self._receipt(draw, sale, number)
        return picture

    def light(self, number: int) -> Light:
        """Bright lamps."""
        return Light(noise=1.5)

    def _article(self, draw: ImageDraw.ImageDraw, item: _Item, number: int) -> None:
        frame = self._frame
        x = SCANNER + (number - item.read) / frame.frames * 3.2
        if not -0.1 < x < 0.60:
            return
        broad, tall = frame.x(0.032), frame.y(0.07 + (item.cents % 7) * 0.008)
        box = (frame.x(x) - broad, frame.y(0.57) - tall, frame.x(x) + broad, frame.y(0.57) + tall)
        shadow = tuple(value + broad // 5 for value in box)
        draw.rounded_rectangle((shadow[0], shadow[1], shadow[2], shadow[3]), broad // 3, fill=(30, 30, 32))
        draw.rounded_rectangle(box, broad // 3, fill=item.colour, outline=(20, 20, 20), width=2)
        light = sum(item.colour) > 330
        draw.text(
            (frame.x(x), frame.y(0.57)),
            item.name,
            font=font(frame.y(0.026)),
            fill="black" if light else "white",
            anchor="mm",
        )

    def _receipt(self, draw: ImageDraw.ImageDraw, sale: _Sale, number: int) -> None:
        """What the till shows: a line for each article read; the paper grows while it is printed."""
        frame = self._frame
        read = [item for item in sale.items if item.read <= number]
        size, left, right = frame.y(0.036), frame.x(0.665), frame.x(0.945)
        lines = [(f"RECEIPT {sale.number:06}", "")] + [(item.name, _money(item.cents)) for item in read]
        if number >= sale.paid:
            lines += [("TOTAL", _money(sale.total)), ("PAID, THANK YOU", "")]
        grown = min(1.0, max(0.0, (number - sale.paid) / max(1, sale.done - sale.paid))) if number >= sale.paid else 0.0
        top = frame.y(0.14 - 0.05 * grown)
        draw.rectangle((left - size, top, right + size, top + size * (len(lines) * 1.35 + 1.2)), fill=(246, 246, 238))
        for row, (name, price) in enumerate(lines):
            y = top + size * (0.6 + row * 1.35)
            draw.text((left, y), name, font=font(size), fill=(20, 20, 24))
            draw.text((right, y), price, font=font(size), fill=(20, 20, 24), anchor="ra")


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _sale(frame: Frame, dice: random.Random, number: int, share: float) -> _Sale:
    goods = dice.sample(_GOODS, 5)
    items = tuple(_Item(*article, frame.at(share + 0.05 + place * 0.06)) for place, article in enumerate(goods))
    return _Sale(
        dice.randrange(1000, 900_000) + number, items, frame.at(share), frame.at(share + 0.36), frame.at(share + 0.42)
    )


def _counter(frame: Frame) -> Image.Image:
    width, height = frame.width * 2, frame.height * 2
    picture = Image.new("RGB", (width, height), (116, 92, 70))
    draw = ImageDraw.Draw(picture)
    for y in range(0, height, height // 26):  # grain of the wood
        draw.line((0, y, width, y + height // 60), fill=(108, 86, 66), width=4)
    draw.rounded_rectangle((-40, height * 0.34, width * 0.60, height * 0.80), 30, fill=(44, 46, 50))
    for x in range(0, round(width * 0.6), width // 30):
        draw.line((x, height * 0.35, x, height * 0.79), fill=(50, 52, 57), width=3)
    draw.rectangle(
        (width * (SCANNER - 0.03), height * 0.34, width * (SCANNER + 0.03), height * 0.80), fill=(150, 156, 162)
    )
    draw.rounded_rectangle((width * 0.62, height * 0.06, width * 0.98, height * 0.88), 36, fill=(58, 62, 68))
    draw.rounded_rectangle((width * 0.635, height * 0.085, width * 0.965, height * 0.80), 20, fill=(26, 30, 34))
    for row in range(2):
        for column in range(8):
            left, top = width * (0.645 + column * 0.04), height * (0.815 + row * 0.034)
            draw.rounded_rectangle((left, top, left + width * 0.032, top + height * 0.026), 6, fill=(190, 194, 198))
    return picture.resize((frame.width, frame.height), Image.Resampling.LANCZOS)
