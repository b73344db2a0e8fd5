"""A made scene: a textured view with grain, and a box that walks through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from core.api import Frame

WIDTH, HEIGHT, FPS = 320, 180, 5
START_MS = 1_000_000
LEARNT = 25
"""Looks after which the detector knows the view."""


def view(seed: int = 1) -> np.ndarray:
    """Blocks of different grey, as walls and windows are."""
    coarse = np.random.default_rng(seed).integers(60, 180, (HEIGHT // 10 + 2, WIDTH // 10 + 2))
    return np.kron(coarse, np.ones((10, 10)))


def pictures(
    count: int,
    box: Callable[[int], tuple[int, int] | None] = lambda _: None,
    *,
    light: Callable[[int], float | np.ndarray] = lambda _: 1.0,
    moved: Callable[[int], tuple[int, int]] = lambda _: (0, 0),
    glass: int = 0,
    seed: int = 1,
) -> list[np.ndarray]:
    """Pictures by number. box: left and top of a box of 24 x 40 pixels, or None; light: of all,
    or of each column; moved: the whole view; glass: the box shows what is behind it, in squares so much lighter and
    darker, instead of white.
    """
    squares = np.kron(np.indices((5, 3)).sum(axis=0) % 2 * 2 - 1, np.ones((8, 8)))
    rng, whole, found = np.random.default_rng(seed), view(seed), []
    for number in range(count):
        right, down = moved(number)
        picture = whole[10 + down : 10 + down + HEIGHT, 10 + right : 10 + right + WIDTH].copy()
        place = box(number)
        if place is not None:
            left, top = place
            behind = picture[max(0, top) : top + 40, max(0, left) : left + 24]
            behind[:] = behind + glass * squares[: len(behind), : behind.shape[1]] if glass else 230
        picture = picture * light(number) + rng.normal(0, 2, picture.shape)
        found.append(np.clip(picture, 0, 255).astype(np.uint8))
    return found


def shade(number: int) -> np.ndarray:
    """The light of each column while a cloud's shadow with a soft edge goes over the view, again and again."""
    edge = (number * 9) % (2 * WIDTH) - np.arange(WIDTH)
    return 1 - 0.35 * (np.clip(edge / 24, 0, 1) - np.clip((edge - 160) / 24, 0, 1))


def frames(made: list[np.ndarray], start_ms: int = START_MS) -> Iterator[Frame]:
    """As the analyser hands them over."""
    for number, picture in enumerate(made):
        height, width = picture.shape
        yield Frame(1, start_ms + number * 1000 // FPS, width, height, "gray", picture.tobytes())


def walker(first: int = LEARNT, top: int = 70, step: int = 9) -> Callable[[int], tuple[int, int] | None]:
    """Walks in from the left at picture `first` and out at the right."""
    return lambda number: ((number - first) * step - 10, top) if first <= number <= first + 330 // step else None
