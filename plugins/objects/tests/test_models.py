"""Models of the user: every layout finds what is there, and what is wrong with a file is said in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from core.api import Frame, SeenObject, Zone
from plugins.objects.hooks import DETECTOR
from plugins.objects.opening import look_together, open_detector
from plugins.objects.settings import ObjectSettings
from plugins.objects.tests.graphs import CELL, SIDE, model, put

LAYOUTS = ("v5", "v8", "end2end", "rtdetr", "ssd")


def picture(width: int = SIDE, height: int = SIDE, *, red: tuple[int, int] | None = (1, 2), at_ms: int = 0) -> Frame:
    """Black, with one cell (column, row of SIDE x SIDE) in red."""
    pixels = np.zeros((height, width, 3), np.uint8)
    if red is not None:
        x, y = (side * CELL * width // SIDE for side in red)
        pixels[y : y + CELL * width // SIDE, x : x + CELL * width // SIDE, 0] = 255
    return Frame(1, at_ms, width, height, "rgb24", pixels.tobytes())


@pytest.fixture
def seen_with(tmp_path: Path) -> Callable[..., tuple[SeenObject, ...]]:
    def look(frame: Frame, name: str = "eyes", **settings: Any) -> tuple[SeenObject, ...]:
        detector = open_detector(ObjectSettings(model=name, **settings), tmp_path)
        objects = detector.look(frame).objects
        detector.close()
        return objects

    return look


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("batch", [1, "batch"])
def test_every_layout_tells_what_is_where(tmp_path: Path, seen_with: Any, layout: str, batch: int | str) -> None:
    put(tmp_path, model(layout, batch), layout)
    [red] = seen_with(picture())
    assert (red.label, red.score) == ("red", pytest.approx(1, abs=0.01))
    assert red.box == pytest.approx((0.25, 0.5, 0.25, 0.25), abs=0.01)


@pytest.mark.parametrize(("width", "height"), [(256, 128), (640, 360), (101, 57)])
def test_the_way_into_the_models_square_is_undone(tmp_path: Path, seen_with: Any, width: int, height: int) -> None:
    put(tmp_path, model("v8"))
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 4, 0] = 255
    found = seen_with(Frame(1, 0, width, height, "rgb24", pixels.tobytes()), score=0.4)
    assert found
    for one in found:
        left, top, wide, high = one.box
        assert left == pytest.approx(0, abs=0.02)
        assert wide == pytest.approx(0.25, abs=0.02)
        assert 0 <= top <= top + high <= 1


def test_labels_of_the_files_own_metadata(tmp_path: Path, seen_with: Any) -> None:
    put(tmp_path, model("v8", names="{0: 'tomato', 1: 'leaf'}"), labels="")
    assert [one.label for one in seen_with(picture())] == ["tomato"]


def test_kinds_scores_and_zones_choose(tmp_path: Path, seen_with: Any) -> None:
    put(tmp_path, model("v8"), labels='["person", "car"]')
    assert seen_with(picture(), labels=("car",)) == ()
    away = Zone(name="Away", points=((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0)))
    assert seen_with(picture(), people_zones=(away,)) == ()
    assert len(seen_with(picture(), vehicle_zones=(away,))) == 1
    here = Zone(name="Here", points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), kind="exclude")
    assert seen_with(picture(), zones=(here,)) == ()


def test_what_is_seen_goes_on_until_it_is_gone(tmp_path: Path) -> None:
    put(tmp_path, model("v8"))
    detector = open_detector(ObjectSettings(model="eyes"), tmp_path)
    frames = [picture(red=(1, 2) if 1000 <= at <= 5000 else None, at_ms=at) for at in range(0, 14_000, 500)]
    going = [[one.start_ms for one in detector.look(frame).going_on] for frame in frames]
    assert going[:3] == [[], [], []]
    assert going[3:21] == [[1000]] * 18
    assert going[21:] == [[]] * 7


def test_pictures_of_several_cameras_go_through_one_model_together(tmp_path: Path) -> None:
    put(tmp_path, model("v8"))
    detectors = [open_detector(ObjectSettings(model="eyes"), tmp_path) for _ in range(3)]
    people = open_detector(ObjectSettings())
    gray = Frame(1, 0, 64, 64, "gray", bytes(64 * 64))
    places = [(0, 0), (2, 1), (3, 3)]
    pairs = [*((one, picture(red=red)) for one, red in zip(detectors, places, strict=True)), (people, gray)]
    sights = look_together(pairs)
    assert len({id(one.engine) for one in detectors}) == 1
    boxes = [sight.objects[0].box for sight in sights[:3]]
    assert [(round(box[0] * 4), round(box[1] * 4)) for box in boxes if box] == places
    assert sights[3].objects == ()


def test_a_model_that_is_changed_is_taken_when_it_is_opened_again(tmp_path: Path, seen_with: Any) -> None:
    put(tmp_path, model("v8"))
    assert [one.label for one in seen_with(picture())] == ["red"]
    put(tmp_path, model("v5"), "v5", labels='["crimson", "green"]')
    os.utime(tmp_path / "eyes.toml", ns=(1, 1))
    assert [one.label for one in seen_with(picture())] == ["crimson"]


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (2, 2), (639, 3)])
def test_odd_sizes_and_noise_are_no_reason_to_fail(tmp_path: Path, seen_with: Any, size: tuple[int, int]) -> None:
    put(tmp_path, model("v8"))
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    assert seen_with(Frame(1, 0, *size, "rgb24", noise.tobytes()), score=0.9) in ((), seen_with(picture(red=None)))


def broken_axes() -> onnx.ModelProto:
    """A model whose answer is a single number."""
    nodes = [helper.make_node("ReduceMean", ["images"], ["output0"], keepdims=0)]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(
        nodes, "mean", [images], [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [])]
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)


def far_weights() -> onnx.ModelProto:
    """A model that wants a file of the system as its weights."""
    made = model("v8")
    weights = made.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../../../etc/passwd")
    return made


@pytest.mark.parametrize(
    ("made", "changes", "why"),
    [
        (b"", {}, "none that ONNX Runtime can run"),
        (b"This is text, and no model.", {}, "none that ONNX Runtime can run"),
        (model("v8").SerializeToString()[:-40], {}, "none that ONNX Runtime can run"),
        (far_weights(), {}, "weights in other files"),
        (broken_axes(), {}, "does not answer as its card says"),
        (model("v8"), {"sha256": f'"{"0" * 64}"'}, "not the one of its card: its SHA-256 is"),
        (model("v8"), {"input": "{width = 64, height = 128}"}, "its card says nchw with 64 x 128"),
        (model("v8"), {"input": '{width = 128, height = 128, numbers = "uint8"}'}, "its card says uint8"),
        (model("v8"), {"labels": '["red"]'}, "v8 with 1 labels has 5 numbers a box"),
        (model("v8"), {"labels": ""}, "has no labels"),
        (model("v8"), {"output": '{layout = "v5"}'}, "v5 with 2 labels has 7 numbers a box"),
        (model("v8"), {"output": '{layout = "rtdetr"}'}, "no output 'boxes' but output0"),
        (model("v8"), {"output": '{layout = "v99"}'}, "output.layout"),
        (model("v8"), {"file": '"../eyes.onnx"'}, "file: "),
        (model("v8"), {"file": '"absent.onnx"'}, "absent.onnx cannot be read"),
        (model("v8"), {"title": "no quotes"}, "is no TOML"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, seen_with: Any, made: onnx.ModelProto | bytes, changes: dict[str, str], why: str
) -> None:
    put(tmp_path, made, **changes)
    with pytest.raises(ValueError, match=why) as told:
        seen_with(picture())
    assert "\n" not in str(told.value)


def test_a_missing_card_and_a_missing_device_are_said(tmp_path: Path, seen_with: Any) -> None:
    with pytest.raises(ValueError, match=r"no model card absent\.toml"):
        seen_with(picture(), "absent")
    put(tmp_path, model("v8"))
    with pytest.raises(ValueError, match="has no cuda; choose one of: cpu"):
        seen_with(picture(), device="cuda")


def test_a_name_is_no_path() -> None:
    with pytest.raises(ValueError, match="model"):
        ObjectSettings(model="../secrets")


def test_the_descriptor_asks_for_colour_only_with_a_model() -> None:
    plain, with_model = (DETECTOR.wants(ObjectSettings(model=name)) for name in ("", "eyes"))
    assert (plain.pixel_format, plain.width) == ("gray", 480)
    assert (with_model.pixel_format, with_model.only_moving) == ("rgb24", True)


@pytest.mark.skipif("EYRIE_TEST_MODEL" not in os.environ, reason="EYRIE_TEST_MODEL names no model card of your own")
def test_a_real_model_opens_and_looks() -> None:
    card = Path(os.environ["EYRIE_TEST_MODEL"])
    detector = open_detector(ObjectSettings(model=card.stem), card.parent)
    assert detector.look(picture(640, 360, red=None)).objects == ()
