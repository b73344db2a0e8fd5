"""What disturbs a camera's picture, made over clips with fixed seeds: noise, rain, light, flicker, trees, shake.

Each takes pictures (frames x height x width, bytes) and gives as many of the same size. What they draw is of no kind
of detector's making: none of their numbers appears in a plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
Pictures: TypeAlias = NDArray[np.uint8]
JPEG_QUALITY = 40


def _each(pictures: Pictures, change: Callable[[int, NDArray[np.float32]], NDArray[np.float32]]) -> Pictures:
    out = np.empty_like(pictures)
    for number, picture in enumerate(pictures):
        out[number] = np.clip(change(number, picture.astype(np.float32)), 0, 255)
    return out


def compressed(picture: Picture) -> Picture:
    """As a cheap camera sends it."""
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def noise(pictures: Pictures, sigma: float, seed: int = 1) -> Pictures:
    """A sensor's grain of this standard deviation, then compression."""
    rng = np.random.default_rng(seed)
    out = np.empty_like(pictures)
    for number, picture in enumerate(pictures):
        grain = rng.standard_normal(picture.shape, np.float32) * sigma
        out[number] = compressed(np.clip(picture + grain, 0, 255).astype(np.uint8))
    return out


def light_step(pictures: Pictures, factor: float, at: int) -> Pictures:
    """From the picture `at` on all is brighter or darker."""
    return _each(pictures, lambda number, picture: picture * (factor if number >= at else 1.0))


def light_ramp(pictures: Pictures, loss: float = 0.3) -> Pictures:
    """Light falls evenly by this share from the first to the last picture."""
    return _each(pictures, lambda number, picture: picture * (1 - loss * number / max(1, len(pictures) - 1)))


def flicker(pictures: Pictures, share: float, seed: int = 2) -> Pictures:
    """A lamp's beat: each picture brighter or darker by up to this share."""
    rng = np.random.default_rng(seed)
    factors = 1 + share * np.sin(rng.uniform(0, 2 * np.pi, len(pictures)))
    return _each(pictures, lambda number, picture: picture * np.float32(factors[number]))


def rain(pictures: Pictures, streaks: int = 120, seed: int = 3) -> Pictures:
    """Streaks that fall slantwise, new ones in every picture, each a few pixels wide where drops pass near the lens."""
    rng = np.random.default_rng(seed)
    height, width = pictures.shape[1:]

    def wet(_: int, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        layer = np.zeros_like(picture)
        for x, y, length, near in rng.random((streaks, 4)):
            start = (int(x * width), int(y * height))
            end = (int(start[0] - 2 - 2 * length), int(start[1] + height * (0.04 + 0.08 * length)))
            cv2.line(layer, start, end, 25 + 45 * float(near), 2 if near > 0.9 else 1, cv2.LINE_AA)
        return picture + layer

    return _each(pictures, wet)


def cloud(pictures: Pictures, loss: float = 0.35, seconds: float = 4.0, fps: float = 12.5) -> Pictures:
    """The soft-edged shadow of a cloud crosses the picture, over and over."""
    width = pictures.shape[2]
    columns = np.arange(width, dtype=np.float32)[None, :]

    def shaded(number: int, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        middle = (number / fps / seconds % 2 * 2 - 1) * width + width / 2
        shade = 1 / (1 + np.exp((np.abs(columns - middle) - width * 0.35) / (width * 0.04)))
        return np.asarray(picture * (1 - loss * shade), np.float32)

    return _each(pictures, shaded)


def trees(pictures: Pictures, fps: float = 12.5, seed: int = 4, reach: float = 2.5) -> Pictures:
    """Foliage over the right fifth of the picture, leaves moving some pixels in gusts."""
    rng = np.random.default_rng(seed)
    _, height, width = pictures.shape
    left = width - width // 5
    leaves = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 1.6)
    leaves = 80 + 45 * leaves / leaves.std()
    sway = [cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 12) for _ in range(4)]
    sway = [one / one.std() for one in sway]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)

    def leafy(number: int, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        time = number / fps
        gust = reach * (0.6 + 0.4 * np.sin(2 * np.pi * time / 17))
        move = [np.float32(np.sin(2 * np.pi * time * rate + at)) for at, rate in enumerate((0.9, 1.4, 0.7, 2.1))]
        dx = np.float32(gust) * (sway[0] * move[0] + sway[1] * move[1])
        dy = np.float32(gust) * (sway[2] * move[2] + sway[3] * move[3])
        moved = cv2.remap(leaves, xs + dx, ys + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        picture[:, left:] = moved[:, left:]
        return picture

    return _each(pictures, leafy)


def shake(pictures: Pictures, reach: float = 3.0, fps: float = 12.5, seed: int = 5) -> Pictures:
    """A pole in the wind: the view moves by up to `reach` pixels, in fractions of them; its rim is cut away."""
    rng = np.random.default_rng(seed)
    height, width = pictures.shape[1:]
    margin = reach + 1
    scale = np.float32((width - 2 * margin) / width)

    def shaken(number: int, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        time = number / fps
        dx = reach * (0.7 * np.sin(2 * np.pi * 1.3 * time) + 0.3 * rng.uniform(-1, 1))
        dy = reach * (0.7 * np.sin(2 * np.pi * 0.8 * time + 1) + 0.3 * rng.uniform(-1, 1))
        matrix = np.array([[scale, 0, margin + dx], [0, scale, margin * height / width + dy]], np.float32)
        return np.asarray(
            cv2.warpAffine(
                picture,
                matrix,
                (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    return _each(pictures, shaken)


KINDS: dict[str, Callable[[Pictures, int, float], Pictures]] = {
    "clean": lambda pictures, at, fps: pictures,
    "noise 8": lambda pictures, at, fps: noise(pictures, 8),
    "noise 14": lambda pictures, at, fps: noise(pictures, 14),
    "light x0.7": lambda pictures, at, fps: light_step(pictures, 0.7, at),
    "light x1.43": lambda pictures, at, fps: light_step(pictures, 1.43, at),
    "ramp 30%": lambda pictures, at, fps: light_ramp(pictures),
    "flicker 5%": lambda pictures, at, fps: flicker(pictures, 0.05),
    "flicker 10%": lambda pictures, at, fps: flicker(pictures, 0.10),
    "rain": lambda pictures, at, fps: rain(pictures),
    "cloud": lambda pictures, at, fps: cloud(pictures, fps=fps),
    "trees": lambda pictures, at, fps: trees(pictures, fps),
    "shake 3 px": lambda pictures, at, fps: shake(pictures, fps=fps),
}


def of_kind(name: str, pictures: Pictures, at: int, fps: float) -> Pictures:
    """Disturbed pictures. at: the picture at which light changes that change at once; fps: of the pictures."""
    return KINDS[name](pictures, at, fps)
