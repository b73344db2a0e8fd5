"""Cars as seen from the front and from behind, by day and by night."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter

from plugins.simulator.scenes.plates import Plate, draw_plate

WIDTH, HEIGHT = 640, 520
Colour = tuple[int, int, int]


def shade(colour: Colour, factor: float) -> Colour:
    """The colour, darker (below 1) or lighter."""
    red, green, blue = (max(0, min(255, round(part * factor))) for part in colour)
    return red, green, blue


def draw_car(colour: Colour, plate: Plate, *, rear: bool, night: bool) -> Image.Image:
    """The car as RGBA with its wheels at the lower edge. By night its lamps and its plate shine."""
    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    paint = shade(colour, 0.28) if night else colour
    draw.ellipse((20, 470, 620, 519), fill=(0, 0, 0, 110))
    for left in (62, 488):
        draw.rounded_rectangle((left, 390, left + 90, 508), 24, fill=(18, 18, 20))
    _body(draw, paint, night)
    _lamps(picture, rear=rear, night=night)
    tag = draw_plate(plate, rear=rear)
    tag = tag.resize((round(tag.width * 0.42), round(tag.height * 0.42)), Image.Resampling.LANCZOS)
    if night:
        tag = tag.point(lambda value: round(value * 0.85))
    picture.paste(tag, ((WIDTH - tag.width) // 2, 398))
    return picture


def _body(draw: ImageDraw.ImageDraw, paint: Colour, night: bool) -> None:
    glass = (16, 20, 28) if night else (58, 78, 96)
    draw.polygon(((150, 210), (205, 48), (435, 48), (490, 210)), fill=shade(paint, 0.86))
    draw.polygon(((176, 204), (218, 66), (422, 66), (464, 204)), fill=glass)
    draw.polygon(((240, 66), (300, 66), (240, 204), (190, 204)), fill=shade(glass, 1.35))
    draw.rounded_rectangle((44, 200, 596, 470), 60, fill=paint)
    draw.polygon(((92, 212), (548, 212), (500, 270), (140, 270)), fill=shade(paint, 1.14))
    draw.rounded_rectangle((60, 372, 580, 478), 36, fill=shade(paint, 0.72))
    draw.rounded_rectangle((196, 300, 444, 352), 16, fill=(22, 22, 26))
    for side in (26, 574):
        draw.rounded_rectangle((side, 176, side + 40, 212), 12, fill=shade(paint, 0.8))


def _lamps(picture: Image.Image, *, rear: bool, night: bool) -> None:
    colour = (215, 30, 30) if rear else (250, 246, 225)
    if not night:
        colour = shade(colour, 0.85)
    boxes = [(78, 284, 178, 350), (462, 284, 562, 350)]
    if night:
        glow = Image.new("RGBA", picture.size)
        spread = ImageDraw.Draw(glow)
        for left, top, right, bottom in boxes:
            spread.ellipse((left - 60, top - 70, right + 60, bottom + 70), fill=(*colour, 150))
        picture.alpha_composite(glow.filter(ImageFilter.GaussianBlur(28)))
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        draw.rounded_rectangle(box, 20, fill=colour)
