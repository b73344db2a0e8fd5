"""Models of the user: taken when they are what their cards say, refused with a sentence otherwise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from plugins.faces.cards import Input, detection_card
from plugins.faces.dlib_model import DlibEmbedder
from plugins.faces.embedding import TEMPLATE, OnnxEmbedder, aligned
from plugins.faces.finding import FoundFace, Frontal, YuNet, _yunet_face
from plugins.faces.opening import finder_of
from plugins.faces.tests.graphs import SIDE, put, squares

FACE = FoundFace((10, 20, 100, 100))


def picture(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (160, 160, 3), np.uint8)


def test_a_model_makes_the_same_vector_of_the_same_face_and_another_of_another(tmp_path: Path) -> None:
    model = OnnxEmbedder(tmp_path, put(tmp_path))
    one, same, other = (model.embed(picture(seed), FACE) for seed in (1, 1, 2))
    assert one.shape == (64,)
    assert np.linalg.norm(one) == pytest.approx(1)
    assert model.alike(one, np.stack((same, other))) == pytest.approx([1.0, float(one @ other)])
    assert abs(float(one @ other)) < 0.6
    assert (model.likeness, model.landmarks) == (0.9, False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sha256": f'"{"0" * 64}"'}, "is not the one of its card: its SHA-256 is"),
        ({"input": '{side = 112, align = "box"}'}, "its card says 1 x 3 x 112 x 112 of float; mend the card"),
        ({"likeness": "1.5"}, "recognition.likeness: is too large; give less than 1"),
        ({"licence": ""}, "recognition.licence: is missing"),
        ({"kind": '"yunet"'}, "does not fit"),
        ({"file": '"../squares.onnx"'}, "recognition.file: is not written as it must be; make it match"),
    ],
)
def test_what_its_card_does_not_say_is_refused(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        OnnxEmbedder(tmp_path, put(tmp_path, **changes))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no model", "is none that ONNX Runtime can run"), (squares(2).SerializeToString(), "answers 4 numbers")],
)
def test_what_is_no_such_model_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        OnnxEmbedder(tmp_path, put(tmp_path, content))


def test_there_must_be_a_card(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"There is no model card mine\.toml"):
        OnnxEmbedder(tmp_path, "mine")


def test_landmarks_come_to_the_places_of_the_template() -> None:
    turned, scale, shift = np.array([[0.8, -0.6], [0.6, 0.8]]), 0.5, np.array([50.0, 30.0])
    points = np.array(TEMPLATE) @ turned.T * scale + shift
    seen = np.zeros((160, 160, 3), np.uint8)
    for x, y in points:
        seen[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2] = 255
    wanted = Input(side=112, align="landmarks")
    face = aligned(seen, FoundFace((0, 0, 160, 160), 1.0, tuple(map(tuple, points))), wanted)
    assert all(face[round(y), round(x)].max() > 100 for x, y in TEMPLATE)
    assert (face > 100).mean() < 0.05
    with pytest.raises(ValueError, match="needs landmarks: choose a YuNet model"):
        aligned(seen, FACE, wanted)


def test_a_box_is_cut_out_with_its_margin() -> None:
    seen = np.zeros((200, 200, 3), np.uint8)
    seen[50:150, 50:150] = 200
    face = aligned(seen, FoundFace((50, 50, 100, 100)), Input(side=SIDE, align="box", margin=0.5))
    assert 0.22 < (face > 100).mean() < 0.28  # the box is a quarter of twice its size


def test_what_is_no_yunet_is_refused(tmp_path: Path) -> None:
    content = squares().SerializeToString()
    put(tmp_path, content, kind='"yunet"', likeness="", input="")
    with pytest.raises(ValueError, match="is no YuNet that OpenCV can run"):
        finder_of(tmp_path, "squares", 24)
    with pytest.raises(ValueError, match="is no YuNet that OpenCV can run"):
        YuNet(b"no model", 0.7, 24)


def test_a_card_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of a model that recognises faces, not of one that finds them"):
        detection_card(tmp_path, put(tmp_path))


def test_a_row_of_yunet_is_a_face_inside_the_picture() -> None:
    row = [-5.0, 10.0, 50.0, 200.0, *range(10), 0.9]
    assert _yunet_face(row, 100, 100) == FoundFace((0, 10, 45, 90), 0.9, ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9)))
    assert _yunet_face([200.0, 10.0, 50.0, 20.0, *range(10), 0.9], 100, 100) is None


@pytest.mark.real_data
def test_dlib_takes_a_face_in_other_light_for_the_same_and_another_for_another(clips: Path) -> None:
    pytest.importorskip("dlib", reason="DLIB NOT TRIED: pip install 'eyrie[faces]'")
    finder, model = Frontal(80), DlibEmbedder()
    lisa, other = (cv2.imread(str(clips / "people" / "faces" / f"{name}.jpg")) for name in ("mona-lisa", "bksomels"))
    dark = np.asarray(lisa * 0.5, np.uint8)
    vectors = [model.embed(one, finder.find(one)[0]) for one in (lisa, dark, other)]
    same, different = model.alike(vectors[0], np.stack(vectors[1:]))
    assert same > model.likeness > different
