"""Faces are found where people marked them, and not where there are none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import BaseModel

from core.api import Frame
from core.testing.detectors import DetectorContract
from plugins.faces.detector import FaceDetector, Means
from plugins.faces.finding import AnySide, Frontal
from plugins.faces.hooks import DETECTOR
from plugins.faces.settings import FaceSettings


def frame(path: Path, at_ms: int = 0) -> Frame:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return Frame(1, at_ms, picture.shape[1], picture.shape[0], "gray", picture.tobytes())


def detector(smallest: int = 24) -> FaceDetector:
    means = Means(Frontal(smallest))
    return FaceDetector(lambda: means)


@pytest.mark.real_data
@pytest.mark.django_db
class TestContract(DetectorContract):
    spec = DETECTOR

    @pytest.fixture(autouse=True)
    def _pictures(self, clips: Path) -> None:
        self.face = clips / "people" / "faces" / "mona-lisa.jpg"

    def make_settings(self) -> BaseModel:
        return FaceSettings()

    def something(self) -> list[Frame]:
        return [frame(self.face, at_ms) for at_ms in (0, 500)]


@pytest.mark.real_data
def test_a_face_is_in_sight_from_the_second_look_until_a_while_after_the_last(clips: Path) -> None:
    face = clips / "people" / "faces" / "mona-lisa.jpg"
    grey = np.full((200, 200), 128, np.uint8).tobytes()
    looking = detector()
    looks = [
        frame(face, at) if 1000 <= at <= 2000 else Frame(1, at, 200, 200, "gray", grey) for at in range(0, 9000, 500)
    ]
    going = [[(one.event_type, one.start_ms) for one in looking.look(look).going_on] for look in looks]
    assert going == [[]] * 3 + [[("faces.seen", 1000)]] * 12 + [[]] * 3


@pytest.mark.real_data
def test_pictures_without_faces_have_none(clips: Path) -> None:
    looking = detector(40)
    paths = sorted((clips / "people" / "no-faces").glob("*.jpg"))[:10]
    assert len(paths) == 10
    assert sum(len(looking.look(frame(path)).objects) for path in paths) <= 1


def test_noise_is_nobody() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (240, 320), np.uint8)
    assert Frontal(24).find(noise) == []


@pytest.mark.parametrize("size", [(1, 1), (19, 400)])
def test_pictures_smaller_than_a_face_have_none(size: tuple[int, int]) -> None:
    grey = np.full(size, 128, np.uint8)
    assert Frontal(24).find(grey) == AnySide(20).find(grey) == []


@pytest.mark.real_data
def test_a_profile_is_found_whichever_way_it_looks(clips: Path) -> None:
    """What exports cover: the frontal cascade alone finds neither."""
    picture = cv2.imread(str(clips / "people" / "faces" / "mona-lisa.jpg"), cv2.IMREAD_GRAYSCALE)
    finder = AnySide(40)
    for seen in (picture, np.ascontiguousarray(picture[:, ::-1])):
        assert any(150 < face.box[2] + face.box[0] < 420 for face in finder.find(seen))
