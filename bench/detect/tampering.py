"""What people do to cameras, made over pictures; and the light of an hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from clips import Pictures
from disturbances import noise

Change = Callable[[Pictures], Pictures]


def _each(change: Callable[[Pictures], Any]) -> Change:
    return lambda pictures: np.stack([np.clip(change(one), 0, 255).astype(np.uint8) for one in pictures])


def _black(picture: Pictures) -> Pictures:
    return np.full_like(picture, 17)


def _hand(picture: Pictures) -> Pictures:
    """A blurred hand close to the lens: soft, skin grey, over all of the view."""
    height, width = picture.shape
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return np.asarray(70 + 25 * across + 15 * down * across, np.uint8)


def _most(picture: Pictures) -> Pictures:
    """A board with a clean edge over four fifths of the view."""
    covered = picture.copy()
    covered[:, : picture.shape[1] * 4 // 5] = 90
    return covered


def _shifted(picture: Pictures) -> Pictures:
    """A tenth of the width aside: the picture's other end comes in."""
    return np.roll(picture, picture.shape[1] // 10, axis=1)


def _blurred(sigma: float) -> Callable[[Pictures], Pictures]:
    return lambda picture: np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def _spray(picture: Pictures) -> Pictures:
    return np.asarray(picture * 0.15 + 0.85 * 225, np.uint8)


def _large_object(picture: Pictures) -> Pictures:
    """A lorry over a third of the view."""
    height, width = picture.shape
    covered = picture.copy()
    covered[height // 5 :, width // 4 : width // 4 + width * 17 // 40] = np.linspace(60, 130, height - height // 5)[
        :, None
    ]
    return covered


def _frozen(pictures: Pictures) -> Pictures:
    return np.repeat(pictures[:1], len(pictures), axis=0)


TAMPERED: dict[str, tuple[str, Change]] = {
    "black": ("covered", lambda pictures: noise(_each(_black)(pictures), 2)),
    "hand": ("covered", lambda pictures: noise(_each(_hand)(pictures), 2)),
    "board over 80%": ("covered", lambda pictures: noise(_each(_most)(pictures), 2)),
    "spray": ("covered", _each(_spray)),
    "defocus 2": ("defocused", lambda pictures: noise(_each(_blurred(2))(pictures), 2)),
    "defocus 4": ("defocused", lambda pictures: noise(_each(_blurred(4))(pictures), 2)),
    "moved 10%": ("moved", _each(_shifted)),
    "dark": ("dark", _each(lambda picture: 16 + picture * 0.06)),
    "bright": ("bright", _each(lambda picture: 150.0 + picture * 1.5)),
    "frozen": ("frozen", _frozen),
}
"""By name: the right kind, and how it is made."""

ORDINARY: dict[str, Change] = {
    "light x0.5": _each(lambda picture: picture * 0.5),
    "light x1.5": _each(lambda picture: picture * 1.5),
    "noise 10": lambda pictures: noise(pictures, 10),
    "object over 34%, 5 s": _each(_large_object),
}
"""What is no tampering; the object for five seconds, all else for as long as it lasts."""


def hour(pictures: Pictures, fps: float) -> Iterator[Pictures]:
    """Pictures two a second for an hour: the clip forth and back, from day to night (a twelfth of the light, with
    grain) and back.
    """
    rng = np.random.default_rng(7)
    order = [*range(len(pictures)), *range(len(pictures) - 2, 0, -1)]
    for number in range(7200):
        picture = pictures[order[round(number * fps / 2) % len(order)]]
        day = 0.54 + 0.46 * np.cos(2 * np.pi * number / 7200)
        grain = rng.standard_normal(picture.shape, np.float32) * (1.5 + 3 * (1 - day))
        yield np.clip(16 + (picture.astype(np.float32) - 16) * day + grain, 0, 255).astype(np.uint8)
