"""Vectors of faces by an ONNX model that the user supplies. Imported where faces are recognised: loads ONNX Runtime."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from plugins.faces.cards import Input, RecognitionCard, read_model, recognition_card
from plugins.faces.finding import FoundFace, Picture
from plugins.faces.kept import Vector

TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where ArcFace's models have eyes, nose and mouth in a face of 112 x 112 (Deng et al., CVPR 2019)."""
TEMPLATE_SIDE = 112
_ELSEWHERE = re.compile(rb"\x0a\x08location\x12")
"""ONNX's TensorProto.external_data: the key `location`, which names a file with weights."""
_state = ort.capi.onnxruntime_pybind11_state
_ORT_ERRORS = (
    _state.InvalidProtobuf,
    _state.InvalidArgument,
    _state.InvalidGraph,
    _state.NoSuchFile,
    _state.NotImplemented,
    _state.Fail,
)


class Embedder(Protocol):
    """Makes vectors of faces.

    id: the same for vectors that can be compared; likeness: from which on, in `alike`, two are one person's; landmarks:
    whether it needs a finder that tells them.
    """

    id: str
    likeness: float
    landmarks: bool

    def embed(self, picture: Picture, face: FoundFace) -> Vector:
        """The vector of a face of a picture (height x width x blue, green, red). Raises ValueError where it cannot."""

    def alike(self, one: Vector, others: npt.NDArray[np.float32]) -> Vector:
        """How alike a vector is to each row: 1 for the same, 0 and less for nothing in common."""


class OnnxEmbedder:
    """A model of a card."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises ValueError with a sentence for whatever is wrong with file or card."""
        self._card = recognition_card(folder, name)
        self._session = _session(read_model(folder, self._card), self._card)
        self.id, self.likeness = self._card.sha256.lower(), self._card.likeness
        self.landmarks = self._card.input.align == "landmarks"
        self._input = _checked_input(self._session, self._card)
        grey = np.full((self._card.input.side, self._card.input.side, 3), 128, np.uint8)
        try:
            self._run(grey)
        except _ORT_ERRORS as error:
            raise ValueError(f"The model {self._card.file} fails: {_first_line(error)}") from None

    def embed(self, picture: Picture, face: FoundFace) -> Vector:
        """Of length 1."""
        return self._run(aligned(picture, face, self._card.input))

    def alike(self, one: Vector, others: npt.NDArray[np.float32]) -> Vector:
        """The cosine."""
        return np.asarray(others @ one, np.float32)

    def _run(self, face: Picture) -> Vector:
        wanted = self._card.input
        colours = face[:, :, ::-1] if wanted.colours == "rgb" else face
        values = (colours.astype(np.float32) - np.array(wanted.mean, np.float32)) / np.array(
            wanted.deviation, np.float32
        )
        if wanted.axes == "nchw":
            values = values.transpose(2, 0, 1)
        answer = self._session.run(None, {self._input: np.ascontiguousarray(values[None], np.float32)})[0]
        vector = np.asarray(answer, np.float32).reshape(-1)
        if not 16 <= vector.size <= 4096 or not np.isfinite(vector).all():
            raise ValueError(
                f"The model {self._card.file} answers {vector.size} numbers, which is no vector of a face."
            )
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


def aligned(picture: Picture, face: FoundFace, wanted: Input) -> Picture:
    """The face as the model wants it, in blue, green, red. Raises ValueError without the landmarks it needs."""
    if wanted.align == "box":
        x, y, w, h = face.box
        reach = max(w, h) * (1 + 2 * wanted.margin) / 2
        scale = wanted.side / (2 * reach)
        shift = (scale * (reach - x - w / 2), scale * (reach - y - h / 2))
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float64)
    else:
        if face.landmarks is None:
            raise ValueError("The recognition model needs landmarks: choose a YuNet model as detection model.")
        places = np.array(TEMPLATE, np.float64) * wanted.side / TEMPLATE_SIDE
        matrix = _similarity(np.array(face.landmarks, np.float64), places)
    return np.asarray(cv2.warpAffine(picture, matrix, (wanted.side, wanted.side), flags=cv2.INTER_AREA), np.uint8)


def _similarity(points: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The turn, scale and shift that bring points to places with the least squares (Umeyama, 1991), as 2 x 3."""
    middle, goal = points.mean(axis=0), places.mean(axis=0)
    moved, wanted = points - middle, places - goal
    u, strength, vt = np.linalg.svd(wanted.T @ moved)
    flip = np.diag([1.0, float(np.sign(np.linalg.det(u @ vt)) or 1.0)])
    turn = u @ flip @ vt
    scale = float((strength * np.diag(flip)).sum()) / max(float((moved**2).sum()), 1e-9)
    return np.hstack((scale * turn, (goal - scale * turn @ middle)[:, None]))


def _session(content: bytes, card: RecognitionCard) -> ort.InferenceSession:
    if _ELSEWHERE.search(content):
        raise ValueError(f"The model {card.file} keeps weights in other files, which is refused; save it as one file.")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what fails is told by the exception
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except (RuntimeError, ValueError, *_ORT_ERRORS) as error:
        raise ValueError(f"The model {card.file} is none that ONNX Runtime can run: {_first_line(error)}") from None


def _checked_input(session: ort.InferenceSession, card: RecognitionCard) -> str:
    """The input's name."""
    inputs, side = session.get_inputs(), card.input.side
    order = (1, 3, side, side) if card.input.axes == "nchw" else (1, side, side, 3)
    shape = inputs[0].shape
    fits = len(inputs) == 1 and len(shape) == 4 and inputs[0].type == "tensor(float)"
    if not fits or any(isinstance(there, int) and there != told for there, told in zip(shape, order, strict=True)):
        told = " x ".join(str(one) for one in order)
        raise ValueError(
            f"The model {card.file} takes {' x '.join(map(str, shape))} of {inputs[0].type}, its card says {told} of "
            "float; mend the card."
        )
    return str(inputs[0].name)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason told"])[0][:300]
