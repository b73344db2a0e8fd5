"""What following a plate adds: cars of the simulator's street pass, with plates of several regions that are known, at
speeds that are known. Vote over the track, direction and speed are those of the plugin.

A followed plate is given to a car by when and on which side of the road it was seen, never by its text.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from core.api import Frame
from plugins.lpr.detector import sighting_of
from plugins.lpr.follow import Followed, Follower
from plugins.lpr.locate import Locator
from plugins.lpr.movement import End, direction, speed_kmh
from plugins.lpr.reading import Reader
from plugins.lpr.recognise import Recogniser
from plugins.lpr.settings import PlateSettings
from plugins.lpr.syntax import chosen
from plugins.simulator.scenes import cars as bodies
from plugins.simulator.scenes import street
from plugins.simulator.studio import Order, render

EACH = 3
"""Every such picture is looked at: five a second."""
LOOP_S, LOOP_QUICK_S = 30, 15
"""How long six cars take to pass: half as long means twice as fast."""
FROM, TO = 1.8, 1.1
"""Where on the road the lines lie between which speed is measured, in the scene's units of distance …"""
UNIT_M = 10.0
"""… of so many metres."""
_CAR_SHARE, _FOOT, _PLATE = (
    0.36,
    0.92,
    0.83,
)  # how the street draws cars: width, foot of the nearest, its plate's height


@dataclass(slots=True)
class Car:
    """A car of the scene, and the plates that were followed while it passed. first, last: numbers of pictures; kmh:
    its speed.
    """

    plate: str
    region: str
    away: bool
    first: int
    last: int
    kmh: float
    followed: list[Followed] = field(default_factory=list)


def measured(quick: bool, locator: Locator, recogniser: Recogniser) -> list[dict[str, Any]]:
    """A row a region, and one of all cars: single looks that are right, cars whose vote is, events a car."""
    cars: list[Car] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in (5,) if quick else (5, 6):
            order = Order("street", "Street", seed, 1280, 720, 15, LOOP_QUICK_S if quick else LOOP_S, audio="none")
            cars += watched(order, Path(folder), Reader(chosen(["EU", "US"]), locator, recogniser))
    regions = sorted({car.region for car in cars})
    return [row(region, [car for car in cars if region in (car.region, "all")]) for region in (*regions, "all")]


def row(region: str, cars: list[Car]) -> dict[str, Any]:
    looks = [right(ballot.text, car) for car in cars for one in car.followed for ballot in one.ballots]
    foremost = [(max(car.followed, key=lambda one: len(one.ballots), default=None), car) for car in cars]
    votes = [one is not None and right(one.outcome.text, car) for one, car in foremost]
    ways = [one is not None and direction(one.points) == ("away" if car.away else "towards") for one, car in foremost]
    speeds = [(speed_kmh(one.points, LINES, (FROM - TO) * UNIT_M), car.kmh) for one, car in foremost if one is not None]
    errors = [abs(told / true - 1) for told, true in speeds if told is not None]
    return {
        "region": region,
        "cars": len(cars),
        "single looks": len(looks),
        "of them right %": share(looks),
        "vote right %": share(votes),
        "told a car": round(sum(told(one) for car in cars for one in car.followed) / len(cars), 2),
        "direction right %": share(ways),
        "speeds told": len(errors),
        "worst speed error %": round(100 * max(errors), 1) if errors else "",
    }


def watched(order: Order, folder: Path, reader: Reader) -> list[Car]:
    """The cars of one loop of the street with what was followed of each."""
    product = render(order, folder)
    said = json.loads(product.truth.read_text()) if product.truth else {"events": []}
    cars = [car_of(event, order) for event in said["events"]]
    follower, done = Follower(), list[Followed]()
    for frame in frames(product.main, order):
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        plates = reader.plates(picture, frame.width)
        done += follower.update(frame.wall_ms, [sighting_of(plate, (0, 0), frame) for plate in plates])[1]
    done += follower.update(10**12, [])[1]
    for one in done:
        given(one, cars, order)
    return cars


def given(one: Followed, cars: list[Car], order: Order) -> None:
    """Add a followed plate to the car it is of; signs and the camera's own text, which do not move, are of none."""
    if not one.moved:
        return
    at = sum(point.at_ms for point in one.points) / len(one.points) / 1000 * order.fps
    away = sum(point.x for point in one.points) / len(one.points) > 0.5
    near = [car for car in cars if car.away is away and car.first <= at <= car.last]
    if near:
        near[0].followed.append(one)


def frames(clip: Path, order: Order) -> Iterator[Frame]:
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % EACH == 0:
                pixels = picture.to_ndarray(format="bgr24").tobytes()
                yield Frame(1, number * 1000 // order.fps, picture.width, picture.height, "bgr24", pixels)


def car_of(event: dict[str, Any], order: Order) -> Car:
    said = event["attributes"]
    plate = "".join(filter(str.isalnum, said["plate"]))
    seconds = (event["last"] + 1 - event["first"]) / order.fps
    kmh = (street.FAR - street.NEAR) * UNIT_M / seconds * 3.6
    return Car(plate, said["region"], said["direction"] == "away", event["first"], event["last"], kmh)


def line_at(distance: float) -> tuple[End, End]:
    """The line across the picture where plates are that are so far away."""
    foot = street.HORIZON + (_FOOT - street.HORIZON) / distance
    tall = _CAR_SHARE / distance * bodies.HEIGHT / bodies.WIDTH * 16 / 9
    y = foot - tall * (1 - _PLATE)
    return (0.0, y), (1.0, y)


LINES = (line_at(FROM), line_at(TO))


def told(one: Followed) -> bool:
    """Whether the plugin, as it is set by itself, makes an event of it."""
    usual = PlateSettings()
    return one.outcome.confidence >= usual.least_confidence and len(one.ballots) >= usual.least_looks


def right(text: str, car: Car) -> bool:
    """O and 0, I and 1 are the same, as for the pictures."""
    return text.replace("O", "0").replace("I", "1") == car.plate.replace("O", "0").replace("I", "1")


def share(rights: list[bool]) -> float:
    return round(100 * sum(rights) / len(rights), 1) if rights else 0.0
