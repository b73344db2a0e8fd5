"""A heat map as a picture: transparent where nothing was, from blue to red where most was."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

COLUMNS, ROWS = 160, 90
SIZE = (640, 360)
BLUR = 2.0
_COLOURS = np.array(
    [[0, 40, 255, 0], [0, 120, 255, 140], [0, 220, 120, 170], [255, 220, 0, 190], [255, 30, 0, 215]], np.float64
)
"""Red, green, blue, opacity at even steps."""


def heat_png(cells: bytes) -> bytes:
    """cells: 160 x 90 unsigned 32-bit numbers. PNG, 640 x 360, RGBA; by the root, so that less than the most shows."""
    grid = np.frombuffer(cells, np.uint32).reshape(ROWS, COLUMNS).astype(np.float64)
    level = np.sqrt(grid / max(grid.max(), 1.0))
    soft = Image.fromarray((level * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(BLUR))
    values = np.asarray(soft.resize(SIZE, Image.Resampling.BICUBIC), np.float64)
    values /= max(values.max(), 1.0)
    steps = np.linspace(0, 1, len(_COLOURS))
    colours = np.stack([np.interp(values, steps, _COLOURS[:, channel]) for channel in range(4)], axis=2)
    written = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8), "RGBA").save(written, "PNG")
    return written.getvalue()
