"""What a scene is: pictures by number, the light they are seen in, and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image


@dataclass(frozen=True, slots=True)
class Frame:
    """Measure of a scene. width and height in pixels; frames in one loop; fps: frames per second."""

    width: int
    height: int
    frames: int
    fps: float

    def x(self, share: float) -> int:
        """Pixels from the left for a share of the width."""
        return round(share * self.width)

    def y(self, share: float) -> int:
        """Pixels from the top for a share of the height."""
        return round(share * self.height)

    def at(self, share: float) -> int:
        """The frame number at a share of the loop."""
        return min(self.frames - 1, round(share * self.frames))


@dataclass(frozen=True, slots=True)
class SceneEvent:
    """Something that truly happens: from `first` to `last` frame of the loop, both included.

    kind: car_passes, person_crosses_line, door_opens, receipt_printed; attributes say more, such as the plate.
    """

    kind: str
    first: int
    last: int
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SceneObject:
    """Somebody or something in a picture. number: the same for the same one within a loop; kind: person or vehicle;
    box: left, top, width and height as shares of the picture, parts outside of it included.
    """

    number: int
    kind: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is seen. brightness: 1.0 by day; noise: standard deviation of the sensor's grain in luma steps;
    rain: how many of the picture's pixels a streak covers, 0.0 for dry weather.
    """

    brightness: float = 1.0
    noise: float = 1.5
    rain: float = 0.0


class Scene(Protocol):
    """One loop of pictures. Made of a Frame and a seed; the same two give the same pictures."""

    title: str
    events: list[SceneEvent]

    def draw(self, number: int) -> Image.Image:
        """The RGB picture with this number, before light and overlay."""

    def light(self, number: int) -> Light:
        """The light it is seen in."""
