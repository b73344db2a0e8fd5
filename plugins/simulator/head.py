"""The head of a camera that can be moved: where it looks, where it goes, what it remembers.

Nothing runs: where it looks is computed from when it was told to go, each time somebody asks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

PAN_SPEED, TILT_SPEED, ZOOM_SPEED = 0.8, 0.8, 0.4  # units a second at full velocity
MOST_PRESETS = 32
ZOOM_FACTOR = 4.0  # how much nearer the nearest is
WIDEST = 0.5  # share of the scene's width and height that is seen at zoom 0


@dataclass(frozen=True, slots=True)
class View:
    """Where a head looks. pan, tilt: -1 to 1, right and up positive; zoom: 0 (wide) to 1 (near)."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0

    def limited(self) -> View:
        """The nearest view that a head can take."""
        return View(_between(-1, self.pan, 1), _between(-1, self.tilt, 1), _between(0, self.zoom, 1))

    def window(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of what is seen, as shares of the whole scene."""
        share = WIDEST / (1 + self.zoom * (ZOOM_FACTOR - 1))
        return (self.pan + 1) / 2 * (1 - share), (1 - self.tilt) / 2 * (1 - share), share, share


def _between(least: float, value: float, most: float) -> float:
    return max(least, min(most, value))


@dataclass(frozen=True, slots=True)
class Stop:
    """One preset of a tour, and how many seconds it is looked at."""

    preset: str
    seconds: float


@dataclass(slots=True)
class Tour:
    """A round of presets. state: Idle, Touring or Paused, in ONVIF's words."""

    name: str
    stops: list[Stop]
    state: str = "Idle"
    place: int = 0
    leaves: float = 0.0


@dataclass(frozen=True, slots=True)
class _Motion:
    """From `start` at time `since`, at `speed` an axis and second, until `until`; to `goal` when there is one."""

    start: View
    since: float
    speed: View = View()
    until: float = 0.0
    goal: View | None = None


@dataclass(slots=True)
class Head:
    """One camera's head. monotonic: seconds that only rise. Not for several threads, but `view` may be asked by any."""

    monotonic: Callable[[], float]
    presets: dict[str, tuple[str, View]] = field(default_factory=dict)  # token to name and view
    tours: dict[str, Tour] = field(default_factory=dict)
    home: View = field(default_factory=View)
    _focus: tuple[float, float, float] = (0.5, 0.0, 0.0)  # where it was, since when, how fast it moves
    _motion: _Motion = _Motion(View(), 0.0)

    def view(self) -> View:
        """Where it looks now."""
        return _at(self._motion, self.monotonic())

    def focus(self) -> float:
        """0 (near) to 1 (far)."""
        place, since, speed = self._focus
        return _between(0, place + speed * (self.monotonic() - since), 1)

    def focus_at(self, speed: float, place: float) -> None:
        """Put the focus there, and let it move on from there at this speed a second."""
        self._focus = _between(0, place, 1), self.monotonic(), _between(-1, speed, 1) * ZOOM_SPEED

    def advance(self) -> None:
        """Let a running tour go on to its next stop when that is due."""
        tour = next((tour for tour in self.tours.values() if tour.state == "Touring"), None)
        if tour is None or not tour.stops or self.monotonic() < tour.leaves:
            return
        tour.place = (tour.place + 1) % len(tour.stops)
        self._visit(tour)

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        now, motion = self.monotonic(), self._motion
        if motion.goal is not None:
            return _at(motion, now) != motion.goal
        return now < motion.until and motion.speed != View() and _at(motion, now) != _at(motion, motion.until)

    def go_on(self, speed: View, seconds: float) -> None:
        """Move at these velocities (-1 to 1) for so long, then stand still; a tour ends."""
        self._end_tours()
        now = self.monotonic()
        pace = View(
            _between(-1, speed.pan, 1) * PAN_SPEED,
            _between(-1, speed.tilt, 1) * TILT_SPEED,
            _between(-1, speed.zoom, 1) * ZOOM_SPEED,
        )
        self._motion = _Motion(_at(self._motion, now), now, pace, now + seconds)

    def stop(self) -> None:
        """Stand still; a tour ends."""
        self._end_tours()
        self._motion = _Motion(self.view(), self.monotonic())

    def go_to(self, goal: View) -> None:
        """Move to a view as fast as it can; a tour ends."""
        self._end_tours()
        self._set_out(goal)

    def go_by(self, step: View) -> None:
        """Move on by so much; a tour ends."""
        here = self.view()
        self.go_to(View(here.pan + step.pan, here.tilt + step.tilt, here.zoom + step.zoom))

    def remember(self, name: str, token: str = "") -> str:
        """Keep where it looks as a preset, a new one or this; its token. Raises ValueError when it is full."""
        if token not in self.presets and len(self.presets) >= MOST_PRESETS:
            raise ValueError(f"a head remembers {MOST_PRESETS} presets")
        token = token or f"preset_{secrets.token_hex(2)}"
        self.presets[token] = name or self.presets.get(token, (token, View()))[0], self.view()
        return token

    def start_tour(self, token: str) -> None:
        """Go round. Raises KeyError."""
        self._end_tours()
        tour = self.tours[token]
        tour.state = "Touring"
        if tour.stops:
            self._visit(tour)

    def pause_tour(self, token: str) -> None:
        """Stay where it is, to go on later. Raises KeyError."""
        self.tours[token].state = "Paused"
        self._motion = _Motion(self.view(), self.monotonic())

    def _visit(self, tour: Tour) -> None:
        stop = tour.stops[tour.place]
        goal = self.presets.get(stop.preset, ("", self.home))[1]
        way = self._set_out(goal)
        tour.leaves = self.monotonic() + way + stop.seconds

    def _set_out(self, goal: View) -> float:
        """Start for a view; the seconds it will take."""
        now, goal = self.monotonic(), goal.limited()
        here = _at(self._motion, now)
        self._motion = _Motion(here, now, goal=goal)
        return max(
            abs(goal.pan - here.pan) / PAN_SPEED,
            abs(goal.tilt - here.tilt) / TILT_SPEED,
            abs(goal.zoom - here.zoom) / ZOOM_SPEED,
        )

    def _end_tours(self) -> None:
        for tour in self.tours.values():
            tour.state = "Idle"


def _at(motion: _Motion, now: float) -> View:
    """Where a motion has come to."""
    start = motion.start
    if motion.goal is None:
        passed = max(0.0, min(now, motion.until) - motion.since)
        speed = motion.speed
        return View(
            start.pan + speed.pan * passed, start.tilt + speed.tilt * passed, start.zoom + speed.zoom * passed
        ).limited()
    passed, goal = max(0.0, now - motion.since), motion.goal
    return replace(
        goal,
        pan=_towards(start.pan, goal.pan, PAN_SPEED * passed),
        tilt=_towards(start.tilt, goal.tilt, TILT_SPEED * passed),
        zoom=_towards(start.zoom, goal.zoom, ZOOM_SPEED * passed),
    )


def _towards(start: float, goal: float, reach: float) -> float:
    return goal if abs(goal - start) <= reach else start + (reach if goal > start else -reach)
