"""People are seen without a model; as many as marked footage asks for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import BaseModel

from core.api import Frame
from core.testing.detectors import DetectorContract
from core.testing.scores import Box, read_mot, score_detections
from plugins.objects.boxes import joined
from plugins.objects.hooks import DETECTOR
from plugins.objects.opening import open_detector
from plugins.objects.settings import ObjectSettings
from tests.rig.fixtures import clips

__all__ = ["clips"]

WIDTH, HEIGHT = 480, 360


def frame(picture: np.ndarray, at_ms: int) -> Frame:
    return Frame(1, at_ms, picture.shape[1], picture.shape[0], "gray", picture.tobytes())


def of_clip(path: Path, each: int) -> list[Frame]:
    capture, frames, number = cv2.VideoCapture(str(path)), [], 0
    while (read := capture.read())[0]:
        if number % each == 0:
            frames.append(frame(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY), number * 100))
        number += 1
    return frames


@pytest.mark.real_data
class TestContract(DetectorContract):
    spec = DETECTOR

    @pytest.fixture(autouse=True)
    def _clip(self, clips: Path) -> None:
        self.clip = clips / "people" / "vtest-480x360.avi"

    def make_settings(self) -> BaseModel:
        return ObjectSettings()

    def something(self) -> list[Frame]:
        return of_clip(self.clip, 20)[:12]


@pytest.mark.real_data
def test_people_of_marked_footage_are_found(clips: Path) -> None:
    truth = read_mot(clips / "people" / "vtest-gt.txt", (0.625, 0.625))
    detector = open_detector(ObjectSettings())
    found: dict[int, list[Box]] = {}
    for look in of_clip(clips / "people" / "vtest-480x360.avi", 5)[:80]:
        boxes = [one.box for one in detector.look(look).objects if one.box]
        found[look.wall_ms // 100 + 1] = [(x * WIDTH, y * HEIGHT, w * WIDTH, h * HEIGHT) for x, y, w, h in boxes]
    score = score_detections({at: [(who, box) for who, box, _ in rows] for at, rows in truth.items()}, found, 0.4)
    assert score.recall >= 0.75, score
    assert score.precision >= 0.90, score


def test_noise_and_light_that_is_switched_are_nobody() -> None:
    random = np.random.default_rng(1)
    detector = open_detector(ObjectSettings())
    for number in range(12):
        light = 60 if number < 6 else 160
        picture = np.clip(random.normal(light, 12, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
        assert detector.look(frame(picture, number * 300)).objects == ()


def test_another_size_begins_anew() -> None:
    detector = open_detector(ObjectSettings())
    for number, size in enumerate(((360, 480), (1, 1), (270, 480), (3, 700), (360, 480))):
        assert detector.look(frame(np.full(size, 90, np.uint8), number * 300)).objects == ()


def test_parts_that_meet_are_looked_at_once() -> None:
    assert sorted(joined([(0, 0, 10, 10), (30, 0, 10, 10), (8, 8, 10, 10), (60, 60, 5, 5)])) == [
        (0, 0, 18, 18),
        (30, 0, 10, 10),
        (60, 60, 5, 5),
    ]
