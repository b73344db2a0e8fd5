"""The models for real: plates that are drawn, pictures that are none, models that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.api import Frame
from core.testing.detectors import DetectorContract
from plugins.lpr import engine
from plugins.lpr.detector import PlateDetector, open_detector
from plugins.lpr.hooks import DETECTOR
from plugins.lpr.locate import Locator
from plugins.lpr.reading import Reader
from plugins.lpr.recognise import Recogniser
from plugins.lpr.settings import PlateSettings
from plugins.lpr.syntax import chosen
from plugins.lpr.tests.drawing import frame, scene

SETTINGS = PlateSettings(regions=("EU",), width=640, stream="sub")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(chosen(["EU"]), Locator(), Recogniser())


def passing(text: str = "BA 123 CD", steps: int = 4, start_ms: int = 0) -> list[Frame]:
    """A plate that comes nearer."""
    places = [(text, 100 + 40 * at, 80 + 25 * at, 26 + 5 * at) for at in range(steps)]
    return [frame(scene(place), start_ms + at * 300) for at, place in enumerate(places)]


class TestPlates(DetectorContract):
    spec = DETECTOR

    def make_settings(self) -> PlateSettings:
        return SETTINGS

    def something(self) -> list[Frame]:
        return passing()


def test_two_plates_in_one_picture(reader: Reader) -> None:
    plates = reader.plates(scene(("BA 123 CD", 60, 60, 40), ("1AB 2345", 340, 240, 36)), 640)
    assert {plate.text for plate in plates} == {"BA123CD", "1AB2345"}
    assert {plate.text: plate.region for plate in plates} == {"BA123CD": "EU", "1AB2345": "CZ"}
    assert all(plate.confidence > 0.8 for plate in plates)


def test_without_regions_any_clear_text_is_sure(reader: Reader) -> None:
    anywhere = Reader((), Locator(), Recogniser())
    (plate,) = anywhere.plates(scene(("ZZ 9 Q 77", 200, 150, 44)), 640)
    assert (plate.text, plate.region) == ("ZZ9Q77", "")
    assert plate.confidence > 0.8
    (foreign,) = reader.plates(scene(("ZZ 9 Q 77", 200, 150, 44)), 640)
    assert foreign.text == "ZZ9Q77"
    assert foreign.confidence < 0.4


@pytest.mark.parametrize(("drawn", "text"), [("RK O82 AL", "RK082AL"), ("RK 708 A1", "RK708AI")])
def test_where_glyphs_are_the_same_the_form_decides(drawn: str, text: str) -> None:
    slovakia = Reader(chosen(["SK"]), Locator(), Recogniser())
    (plate,) = slovakia.plates(scene((drawn, 200, 150, 40)), 640)
    assert (plate.text, plate.region) == (text, "SK")
    assert plate.confidence > 0.15  # a glyph counts for its twin by a third


def test_a_date_is_no_plate(reader: Reader) -> None:
    assert reader.plates(scene(("2026-05-01 12:00:09", 20, 20, 30)), 640) == []


def test_noise_says_nothing(reader: Reader) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (360, 640, 3), np.uint8)
    assert [plate for plate in reader.plates(noise, 640) if plate.confidence > 0.2] == []


def told(detector: PlateDetector, frames: list[Frame]) -> list[dict[str, object]]:
    return [moment.attributes for one in frames for moment in detector.look(one).moments]


def test_a_vehicle_is_told_of_once() -> None:
    detector = open_detector(SETTINGS)
    (read,) = told(detector, [*passing(steps=5), *(frame(scene(), 1500 + at * 1000) for at in range(4))])
    assert (read["text"], read["direction"], read["region"]) == ("BA123CD", "towards", "EU")
    assert read["confidence"] > 0.8  # a number


def test_a_sign_that_stands_is_told_of_only_on_request() -> None:
    still = [frame(scene(("BA 123 CD", 100, 100, 40)), at * 300) for at in range(4)]
    assert told(open_detector(SETTINGS), still) == []
    (read,) = told(open_detector(SETTINGS.model_copy(update={"standing": True})), still)
    assert read["text"] == "BA123CD"


def test_zones_say_where_plates_are_looked_for() -> None:
    def zone(kind: str, left: float, right: float) -> dict[str, object]:
        return {"name": kind, "kind": kind, "points": [(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)]}

    def reads(*zones: dict[str, object]) -> list[object]:
        settings = PlateSettings.model_validate(SETTINGS.model_dump() | {"zones": zones})
        return [one["zone"] for one in told(open_detector(settings), passing())]

    assert reads(zone("include", 0.0, 0.9)) == ["include"]
    assert reads(zone("include", 0.8, 1.0)) == []
    assert reads(zone("exclude", 0.0, 0.9)) == []


def test_speed_comes_with_both_lines() -> None:
    lines = [{"name": name, "points": [(0.0, at), (1.0, at)]} for name, at in (("first", 0.35), ("second", 0.5))]
    settings = PlateSettings.model_validate(SETTINGS.model_dump() | {"speed_lines": lines, "speed_metres": 5.0})
    (read,) = told(open_detector(settings), passing(steps=6))
    assert 5 < float(str(read["speed_kmh"])) < 80


def test_a_model_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    for content in (b"", b"this is text"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"model\.onnx is no ONNX model that can be run"):
            open_detector(SETTINGS.model_copy(update={"model": str(path)}))
    with pytest.raises(ValueError, match=r"nowhere\.onnx is no ONNX model"):
        open_detector(SETTINGS.model_copy(update={"model": str(tmp_path / "nowhere.onnx")}))


def test_a_model_that_reads_otherwise_is_refused() -> None:
    other = str(engine.bundled(engine.LOCATE))
    with pytest.raises(ValueError, match="takes one class for each"):
        open_detector(SETTINGS.model_copy(update={"model": other}))


def test_another_file_than_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.SHA256, engine.LOCATE, "0" * 64)
    with pytest.raises(ValueError, match=r"install rapidocr==3\.10\.0"):
        engine.bundled(engine.LOCATE)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"regions": ["XX"]}, "There is no region 'XX'"),
        ({"speed_metres": 5.0}, "draw both"),
        ({"fps": 50}, "less than or equal to 5"),
        ({"zones": [{"name": "a", "points": [(0, 0), (2, 0), (1, 1)]}]}, "less than or equal to 1"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        PlateSettings.model_validate(values)
