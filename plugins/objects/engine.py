"""A model in ONNX Runtime: opened once for all cameras, checked against its card, pictures in, numbers out."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from plugins.objects.card import ModelCard, read_card, read_model
from plugins.objects.layouts import Found, decoded
from plugins.objects.letterbox import prepared

Picture = npt.NDArray[np.uint8]

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "openvino": "OpenVINOExecutionProvider"}
_TENSORS = {"float32": "tensor(float)", "float16": "tensor(float16)", "uint8": "tensor(uint8)"}
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
SIZES = "orig_target_sizes"
"""A second input that RT-DETR's exports have: the picture's width and height, to which they scale their boxes."""


class Engine:
    """One model. Not shared between threads."""

    def __init__(self, folder: Path, name: str, device: str) -> None:
        """Raises ValueError with one sentence for whatever is wrong with file, card or device."""
        self.card = read_card(folder, name)
        self._session = _session(read_model(folder, self.card), self.card, device)
        inputs = self._session.get_inputs()
        self._input = inputs[0].name
        self._sizes = any(one.name == SIZES for one in inputs)
        self._outputs = [one.name for one in self._session.get_outputs()]
        _check_input(inputs, self.card)
        batch = inputs[0].shape[0]
        self.together = not isinstance(batch, int)
        self.labels = self.card.labels or _own_labels(self._session)
        if not self.labels:
            raise ValueError(f"The card of {self.card.file} has no labels, nor has the model; add them to the card.")
        self._check_answers()

    def look(self, pictures: Sequence[Picture]) -> list[list[Found]]:
        """What each picture (height x width x RGB) holds, boxes in fractions of it. Several only where `together`."""
        ready = [prepared(picture, self.card.input) for picture in pictures]
        answers = self._run(np.stack([one for one, _ in ready]))
        return [decoded(answers, at, fit, self.card, len(self.labels)) for at, (_, fit) in enumerate(ready)]

    def _run(self, batch: npt.NDArray[np.generic]) -> dict[str, npt.NDArray[np.float32]]:
        given: dict[str, npt.NDArray[np.generic]] = {self._input: batch}
        if self._sizes:
            size = [self.card.input.width, self.card.input.height]
            given[SIZES] = np.array([size] * len(batch), np.int64)
        answers = self._session.run(None, given)
        return {name: np.asarray(answer, np.float32) for name, answer in zip(self._outputs, answers, strict=True)}

    def _check_answers(self) -> None:
        """A grey picture goes through: what it answers has the shapes that the card tells."""
        grey = np.full((self.card.input.height, self.card.input.width, 3), 128, np.uint8)
        try:
            self.look([grey])
        except _ORT_ERRORS as error:
            raise ValueError(f"The model {self.card.file} fails: {_first_line(error)}") from None


def _session(content: bytes, card: ModelCard, device: str) -> ort.InferenceSession:
    if _ELSEWHERE.search(content):
        raise ValueError(f"The model {card.file} keeps weights in other files, which is refused; save it as one file.")
    provider, there = _PROVIDERS[device], ort.get_available_providers()
    if provider not in there:
        known = ", ".join(name for name, one in _PROVIDERS.items() if one in there)
        raise ValueError(f"This machine's ONNX Runtime has no {device}; choose one of: {known}.")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what fails is told by the exception
    try:
        return ort.InferenceSession(content, options, providers=[provider])
    except (RuntimeError, ValueError, *_ORT_ERRORS) as error:
        raise ValueError(f"The model {card.file} is none that ONNX Runtime can run: {_first_line(error)}") from None


def _check_input(inputs: Sequence[ort.NodeArg], card: ModelCard) -> None:
    first, wanted = inputs[0], card.input
    order = (None, 3, wanted.height, wanted.width) if wanted.axes == "nchw" else (None, wanted.height, wanted.width, 3)
    fits = len(first.shape) == 4 and all(
        not isinstance(there, int) or told is None or there == told
        for there, told in zip(first.shape, order, strict=True)
    )
    if not fits:
        shape = " x ".join(str(side) for side in first.shape)
        raise ValueError(
            f"The model {card.file} takes {shape}, its card says {wanted.axes} with {wanted.width} x {wanted.height}; "
            "mend the card."
        )
    if isinstance(first.shape[0], int) and first.shape[0] != 1:
        raise ValueError(f"The model {card.file} takes {first.shape[0]} pictures at once; export it for one or any.")
    if first.type != _TENSORS[wanted.numbers]:
        raise ValueError(f"The model {card.file} takes {first.type}, its card says {wanted.numbers}; mend the card.")
    others = [one.name for one in inputs[1:] if one.name != SIZES]
    if others:
        raise ValueError(f"The model {card.file} wants {', '.join(others)} besides a picture, which nobody gives it.")


def _own_labels(session: ort.InferenceSession) -> tuple[str, ...]:
    """Of the metadata `names`, a Python dictionary as YOLO's exports write it."""
    told = session.get_modelmeta().custom_metadata_map.get("names", "")
    try:
        names = ast.literal_eval(told) if told else {}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    if isinstance(names, dict) and set(names) == set(range(len(names))):
        return tuple(str(names[number]) for number in range(len(names)))
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason told"])[0][:300]
