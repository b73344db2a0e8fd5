"""Scenes are the same every time, and what they say happens is to be seen in their pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from plugins.simulator.scenes import barcode
from plugins.simulator.scenes.catalogue import SCENES
from plugins.simulator.scenes.entrance import DOOR
from plugins.simulator.scenes.overlay import Weather
from plugins.simulator.scenes.scene import Frame, Light, Scene, SceneEvent
from plugins.simulator.scenes.yard import LINE

FRAME = Frame(320, 180, 160, 10)


def pixels(scene: Scene, number: int) -> npt.NDArray[Any]:
    return np.asarray(scene.draw(number)).astype(int)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_scene_is_the_same_every_time_and_other_with_another_seed(name: str) -> None:
    first, again, other = SCENES[name](FRAME, 3), SCENES[name](FRAME, 3), SCENES[name](FRAME, 4)
    assert first.events == again.events
    samples = range(0, FRAME.frames, 20)
    assert all((pixels(first, number) == pixels(again, number)).all() for number in samples)
    assert any((pixels(first, number) != pixels(other, number)).any() for number in samples)


@pytest.mark.parametrize("name", sorted(set(SCENES) - {"counter"}))
def test_events_lie_within_the_loop_and_show(name: str) -> None:
    scene = SCENES[name](FRAME, 1)
    assert scene.events
    for event in scene.events:
        assert 0 <= event.first <= event.last < FRAME.frames
        before, during = pixels(scene, max(0, event.first - 2)), pixels(scene, (event.first + event.last + 1) // 2)
        assert (before != during).any()


def test_cars_bear_plates_of_several_regions() -> None:
    scene = SCENES["street"](FRAME, 1)
    events = [event for event in scene.events if event.kind == "car_passes"]
    assert len(events) == 6 and len({event.attributes["plate"] for event in events}) == 6
    assert len({event.attributes["region"] for event in events}) >= 4
    assert {event.attributes["direction"] for event in events} == {"towards", "away"}


def test_the_street_is_empty_when_no_car_passes_and_night_falls() -> None:
    scene = SCENES["street"](FRAME, 1)
    busy = {number for event in scene.events for number in range(event.first, event.last + 1)}
    assert len(busy) < FRAME.frames, "there must be a moment without cars"
    brightness = [pixels(scene, number)[: FRAME.height // 4].mean() for number in range(0, FRAME.frames, 10)]
    assert min(brightness) < max(brightness) / 3


def test_people_are_at_the_line_when_they_cross_it() -> None:
    scene = SCENES["yard"](FRAME, 1)
    assert len(scene.events) == 5
    empty = np.median([pixels(scene, number) for number in range(0, FRAME.frames, 8)], axis=0)
    for event in scene.events:
        difference = np.abs(pixels(scene, event.first) - empty).sum(axis=2) > 40
        columns = slice(FRAME.x(min(x for x, _ in LINE) - 0.06), FRAME.x(max(x for x, _ in LINE) + 0.06))
        assert difference[:, columns].sum() > 40, event


def test_the_door_is_open_in_the_middle_of_its_event_only() -> None:
    scene = SCENES["entrance"](FRAME, 1)
    top = slice(FRAME.y(DOOR[1]) + 3, FRAME.y(DOOR[1]) + 12), slice(FRAME.x(0.50), FRAME.x(DOOR[2]) - 2)
    shut = pixels(scene, 0)[top].mean()
    for event in scene.events:
        assert pixels(scene, (event.first + event.last) // 2)[top].mean() > shut + 60
        assert pixels(scene, event.last + 1)[top].mean() == pytest.approx(shut, abs=1)


def test_a_receipt_adds_up() -> None:
    for event in SCENES["till"](FRAME, 1).events:
        assert total(event) == event.attributes["total"]


def total(event: SceneEvent) -> str:
    cents = sum(round(float(line.split(" ")[-1]) * 100) for line in event.attributes["lines"].split("; "))
    return f"{cents // 100}.{cents % 100:02}"


@pytest.mark.parametrize("size", [(320, 180), (640, 360), (1280, 720), (1920, 1080)])
def test_barcodes_are_read_back_and_nothing_else_is(size: tuple[int, int]) -> None:
    luma = np.full((size[1], size[0]), 120, np.uint8)
    assert barcode.read(luma) is None
    for tag, number in ((0, 0), (255, 65535), (37, 1234)):
        barcode.stamp(luma, tag, number)
        noisy = np.clip(luma + np.random.default_rng(1).normal(0, 25, luma.shape), 0, 255).astype(np.uint8)
        assert barcode.read(noisy) == (tag, number)


def test_light_and_rain_change_the_picture_but_not_the_overlay() -> None:
    weather = Weather(FRAME, 1)
    day, night, rain = (np.full((FRAME.height, FRAME.width), 120, np.uint8) for _ in range(3))
    weather.apply(day, Light(noise=0.0), 0)
    weather.apply(night, Light(brightness=0.4, noise=0.0), 0)
    weather.apply(rain, Light(noise=0.0, rain=1.0), 0)
    assert (day == 120).all()
    assert night[:100].mean() < 70
    assert (rain[:160] > 130).mean() > 0.005
    assert (night[-8:] == 120).all() and (rain[-8:] == 120).all()
