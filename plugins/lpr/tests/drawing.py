"""Pictures with plates, drawn for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from core.api import Frame

Picture = npt.NDArray[np.uint8]


def plate(text: str, height: int = 60) -> Image.Image:
    """A white plate with black letters and a thin frame."""
    font = ImageFont.load_default(size=height * 0.72)
    width = round(font.getlength(text)) + height
    picture = Image.new("RGB", (width, height), (245, 245, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width - 1, height - 1), outline=(20, 20, 20), width=2)
    draw.text((width / 2, height / 2), text, fill=(15, 15, 20), font=font, anchor="mm", stroke_width=1)
    return picture


def scene(*plates: tuple[str, int, int, int], size: tuple[int, int] = (640, 360)) -> Picture:
    """A dull picture, BGR, with plates: text, left, top, height."""
    picture = Image.new("RGB", size, (96, 104, 110))
    for text, left, top, height in plates:
        picture.paste(plate(text, height), (left, top))
    return np.asarray(picture, np.uint8)[:, :, ::-1].copy()


def frame(picture: Picture, wall_ms: int) -> Frame:
    """A picture as a detector is given it."""
    height, width = picture.shape[:2]
    return Frame(1, wall_ms, width, height, "bgr24", picture.tobytes())
