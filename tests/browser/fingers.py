"""Fingers on a window, by the browser's own input: what the page gets and what the browser keeps is as on glass."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

Point = tuple[float, float]


def middle(place: Locator) -> Point:
    """The centre of an element, in the window."""
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Fingers:
    """One or two fingers. Points are pixels of the window."""

    def __init__(self, window: Page) -> None:
        self._session = window.context.new_cdp_session(window)

    def down(self, *points: Point) -> None:
        """These fingers lie on the glass from now on."""
        self._send("touchStart", dict(enumerate(points)))

    def move(self, *points: Point) -> None:
        """The same fingers, elsewhere."""
        self._send("touchMove", dict(enumerate(points)))

    def lift(self, number: int, point: Point) -> None:
        """Lift one of several fingers, counted from 0, where it lies."""
        self._send("touchEnd", {number: point})

    def up(self) -> None:
        """Lift all fingers."""
        self._send("touchEnd", {})

    def stroke(self, start: Point, right: float, down: float, steps: int = 8) -> None:
        """One finger's way from a point, lifted at its end."""
        x, y = start
        self.down(start)
        for step in range(1, steps + 1):
            self.move((x + right * step / steps, y + down * step / steps))
        self.up()

    def pinch(self, centre: Point, apart: float, to: float, steps: int = 8) -> None:
        """Two fingers beside each other, lifted at the end."""
        for step in range(steps + 1):
            points = _pair(centre, apart + (to - apart) * step / steps)
            (self.move if step else self.down)(*points)
        self.up()

    def _send(self, kind: str, points: dict[int, Point]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in points.items()]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def _pair(centre: Point, apart: float) -> tuple[Point, Point]:
    x, y = centre
    return (x - apart / 2, y), (x + apart / 2, y)
