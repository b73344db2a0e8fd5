"""A small ONNX graph that makes vectors of faces: how bright each of 8 x 8 squares of the picture is, against the mean.
It really infers and tells the faces of the test pictures apart; nobody's face is recognised by it otherwise.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
CARD = {
    "kind": '"recognition"',
    "title": '"Squares"',
    "file": '"squares.onnx"',
    "licence": '"none"',
    "likeness": "0.9",
    "input": f'{{side = {SIDE}, align = "box", margin = 0.0}}',
}


def squares(squares_: int = 8) -> onnx.ModelProto:
    """1 x 3 x 64 x 64 in, 1 x 64 out."""
    cell = SIDE // squares_
    nodes = [
        helper.make_node("Conv", ["face", "grey"], ["light"], kernel_shape=[1, 1]),
        helper.make_node("AveragePool", ["light"], ["squares"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("ReduceMean", ["squares"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Sub", ["squares", "mean"], ["centred"]),
        helper.make_node("Reshape", ["centred", "flat"], ["vector"]),
    ]
    constants = {"grey": np.full((1, 3, 1, 1), 1 / 3, np.float32), "flat": np.array([1, -1], np.int64)}
    graph = helper.make_graph(
        nodes,
        "squares",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, squares_ * squares_])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    onnx.checker.check_model(made)
    return made


def put(folder: Path, content: bytes | None = None, **changes: str) -> str:
    """Write the model and its card; returns the card's name. changes: lines of the card, replaced; empty: left out."""
    folder.mkdir(parents=True, exist_ok=True)
    content = squares().SerializeToString() if content is None else content
    (folder / "squares.onnx").write_bytes(content)
    lines = CARD | {"sha256": f'"{hashlib.sha256(content).hexdigest()}"'} | changes
    (folder / "squares.toml").write_text("".join(f"{name} = {line}\n" for name, line in lines.items() if line), "utf-8")
    return "squares"
