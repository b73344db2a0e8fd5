from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from core.api import Frame, Sight
from core.testing.detectors import DetectorContract
from plugins.tamper.detector import TamperDetector
from plugins.tamper.hooks import DETECTOR
from plugins.tamper.settings import TamperSettings

START_MS = 1_000_000
LEARNT = 40
HEIGHT, WIDTH = 180, 320


def view(high: int, wide: int) -> np.ndarray:
    """Blocks of different grey, as walls and windows are."""
    coarse = np.random.default_rng(high).integers(60, 180, (HEIGHT // high + 1, WIDTH // wide + 1))
    return np.kron(coarse, np.ones((high, wide)))[:HEIGHT, :WIDTH]


VIEW = view(9, 11)
ELSEWHERE = view(17, 23)
RNG = np.random.default_rng(5)


def grainy(picture: np.ndarray, count: int) -> list[np.ndarray]:
    return [np.clip(picture + RNG.normal(0, 2, picture.shape), 0, 255).astype(np.uint8) for _ in range(count)]


def frames(pictures: list[np.ndarray]) -> Iterator[Frame]:
    for number, picture in enumerate(pictures):
        yield Frame(1, START_MS + number * 500, picture.shape[1], picture.shape[0], "gray", picture.tobytes())


def covered_view() -> np.ndarray:
    board = VIEW.copy()
    board[:, :260] = 90
    return board


class TestContract(DetectorContract):
    spec = DETECTOR

    def make_settings(self) -> TamperSettings:
        return TamperSettings(frozen=False)  # the contract's still grey picture is frozen indeed

    def something(self) -> list[Frame]:
        return list(frames(grainy(VIEW, LEARNT) + grainy(np.full_like(VIEW, 60), 12)))


def looks(pictures: list[np.ndarray], **settings: object) -> list[Sight]:
    detector = TamperDetector(TamperSettings.model_validate(settings))
    return [detector.look(frame) for frame in frames(pictures)]


TROUBLES = {
    "black": ("covered", np.full_like(VIEW, 17)),
    "board": ("covered", covered_view()),
    "spray": ("covered", VIEW * 0.15 + 190),
    "blurred": ("defocused", cv2.GaussianBlur(VIEW, (0, 0), 3)),
    "turned": ("moved", ELSEWHERE),
    "aside": ("moved", np.roll(VIEW, 32, axis=1)),
    "night": ("dark", 16 + VIEW * 0.1),
    "blinded": ("bright", np.clip(180 + VIEW, 0, 255)),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_each_kind_is_told_of_within_five_seconds_and_is_over_when_the_view_is_back(name: str) -> None:
    kind, trouble = TROUBLES[name]
    sights = looks(grainy(VIEW, LEARNT) + grainy(trouble, 14) + grainy(VIEW, 16))
    told = {number: one for number, sight in enumerate(sights) for one in sight.going_on}
    assert {one.attributes["kind"] for one in told.values()} == {kind}
    assert LEARNT < min(told) <= LEARNT + 10
    assert {one.start_ms for one in told.values()} == {START_MS + LEARNT * 500}
    assert LEARNT + 14 + 9 <= max(told) <= LEARNT + 14 + 11


def test_pictures_that_stay_the_same_are_frozen_until_they_change() -> None:
    still = grainy(VIEW, 1) * 20
    sights = looks(grainy(VIEW, LEARNT) + still + grainy(VIEW, 16))
    told = [number for number, sight in enumerate(sights) for one in sight.going_on if one.key == "frozen"]
    assert LEARNT + 4 < told[0] <= LEARNT + 10
    assert told[-1] < LEARNT + 20 + 11


def test_a_view_that_is_often_the_same_for_a_while_is_not_frozen_so_soon() -> None:
    calm = [one for one in grainy(VIEW, 12) for _ in range(5)]
    assert not any(sight.going_on for sight in looks([*calm, *grainy(VIEW, 1) * 12]))


@pytest.mark.parametrize(
    "ordinary",
    [VIEW * 0.5, VIEW * 1.35, VIEW + RNG.normal(0, 10, VIEW.shape)],
    ids=["half the light", "more light", "noise"],
)
def test_light_and_noise_are_no_tampering(ordinary: np.ndarray) -> None:
    assert not any(sight.going_on for sight in looks(grainy(VIEW, LEARNT) + grainy(ordinary, 20)))


def test_a_slow_night_and_what_stands_before_a_third_of_the_view_are_none() -> None:
    dusk = [one for step in range(200) for one in grainy(16 + VIEW * (1 - step / 250), 1)]
    lorry = VIEW.copy()
    lorry[36:, 80:216] = 100
    assert not any(sight.going_on for sight in looks(grainy(VIEW, LEARNT) + dusk))
    assert not any(sight.going_on for sight in looks(grainy(VIEW, LEARNT) + grainy(lorry, 10) + grainy(VIEW, 10)))


def test_one_bad_picture_is_none() -> None:
    made = grainy(VIEW, LEARNT) + (grainy(np.full_like(VIEW, 17), 2) + grainy(VIEW, 3)) * 4
    assert not any(sight.going_on for sight in looks(made))


def test_what_is_switched_off_is_not_told_of() -> None:
    made = grainy(VIEW, LEARNT) + grainy(ELSEWHERE, 14)
    assert any(sight.going_on for sight in looks(made))
    assert not any(sight.going_on for sight in looks(made, moved=False))


def test_a_view_that_stays_is_the_new_one() -> None:
    sights = looks(grainy(VIEW, LEARNT) + grainy(ELSEWHERE, 200), relearn_min=1)
    told = [number for number, sight in enumerate(sights) if sight.going_on]
    assert told[-1] == pytest.approx(LEARNT + 120, abs=2)
