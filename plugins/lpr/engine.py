"""The OCR models that rapidocr's wheel carries, run by ONNX Runtime: one thread each, and none that spins."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as native

LOCATE = "PP-OCRv6_det_small.onnx"
RECOGNISE = "PP-OCRv6_rec_small.onnx"
SHA256 = {
    LOCATE: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    RECOGNISE: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}


REFUSALS = (native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf, native.NoSuchFile)


def bundled(name: str) -> Path:
    """Where the wheel keeps a model. Raises ValueError when the wheel is absent or carries another file."""
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        raise ValueError("The package rapidocr, which carries the models, is not installed; install rapidocr==3.10.0.")
    path = Path(found.origin).parent / "models" / name
    if not path.is_file() or _digest(path) != SHA256[name]:
        raise ValueError(f"rapidocr's {name} is missing or another one; install rapidocr==3.10.0.")
    return path


def session(path: Path) -> ort.InferenceSession:
    """A model ready to run. Raises ValueError with a sentence when the file is no ONNX model."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except REFUSALS as error:
        raise ValueError(f"{path.name} is no ONNX model that can be run: {str(error).splitlines()[0]}") from error


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
