"""Small ONNX graphs with known answers: the mean of red, and of green, of each 32 x 32 pixels is the score of its
class, at that place. They really infer; only their eyes are simple.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, CELL = 128, 32
CELLS = SIDE // CELL
COUNT = CELLS * CELLS


def model(layout: str, batch: int | str = "batch", *, names: str = "", side: int = SIDE) -> onnx.ModelProto:
    """A model of a layout of the cards: two classes, boxes of the cells."""
    lefts, tops = np.meshgrid(np.arange(CELLS) * CELL, np.arange(CELLS) * CELL)
    corner = np.stack((lefts.ravel(), tops.ravel()), axis=1).astype(np.float32)
    half = np.full_like(corner, CELL / 2)
    nodes = [
        helper.make_node("Conv", ["images", "eyes"], ["seen"], kernel_shape=[1, 1]),
        helper.make_node("AveragePool", ["seen"], ["pooled"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Clip", ["pooled", "none", "one"], ["clipped"]),
        helper.make_node("Reshape", ["clipped", "flat"], ["classes"]),  # batch x 2 x cells
        helper.make_node("Shape", ["classes"], ["shape"]),
        helper.make_node("Slice", ["shape", "zero", "first"], ["pictures"]),
        helper.make_node("Concat", ["pictures", "ones"], ["times"], axis=0),
    ]
    eyes = np.array([[1, -1, -1], [-1, 1, -1]], np.float32).reshape(2, 3, 1, 1)
    constants: dict[str, np.ndarray] = {
        "eyes": eyes,
        "none": np.float32(0),
        "one": np.float32(1),
        "flat": np.array([0, 2, -1], np.int64),
        "zero": np.array([0], np.int64),
        "first": np.array([1], np.int64),
        "ones": np.array([1, 1], np.int64),
    }
    dense = np.hstack((corner + half, 2 * half)).astype(np.float32)
    corners = np.hstack((corner, corner + 2 * half)).astype(np.float32)
    if layout == "v8":
        constants["boxes0"] = dense.T[None]
        nodes += [_tile("boxes0"), helper.make_node("Concat", ["boxes0_tiled", "classes"], ["output0"], axis=1)]
        outputs = [("output0", [batch, 6, COUNT])]
    elif layout == "v5":
        constants["boxes0"] = np.hstack((dense, np.ones((COUNT, 1), np.float32)))[None]
        nodes += [
            _tile("boxes0"),
            helper.make_node("Transpose", ["classes"], ["rows"], perm=[0, 2, 1]),
            helper.make_node("Concat", ["boxes0_tiled", "rows"], ["output0"], axis=2),
        ]
        outputs = [("output0", [batch, COUNT, 7])]
    else:
        outputs = _listed(layout, nodes, constants, corners, batch)
    graph = helper.make_graph(
        nodes,
        layout,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, side, side])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    if names:
        helper.set_model_props(made, {"names": names})
    onnx.checker.check_model(made)
    return made


def _listed(layout, nodes, constants, corners, batch):
    """The best class of each cell, with its score: as end2end's rows, or as three outputs."""
    constants["boxes0"] = (corners[:, [1, 0, 3, 2]] / SIDE if layout == "ssd" else corners)[None]
    nodes += [
        _tile("boxes0"),
        helper.make_node("ReduceMax", ["classes"], ["best"], axes=[1], keepdims=0),
        helper.make_node("ArgMax", ["classes"], ["which"], axis=1, keepdims=0),
        helper.make_node("Cast", ["which"], ["which_float"], to=TensorProto.FLOAT),
    ]
    if layout == "end2end":
        constants["last"] = np.array([2], np.int64)
        nodes += [
            helper.make_node("Unsqueeze", ["best", "last"], ["best_column"]),
            helper.make_node("Unsqueeze", ["which_float", "last"], ["which_column"]),
            helper.make_node("Concat", ["boxes0_tiled", "best_column", "which_column"], ["output0"], axis=2),
        ]
        return [("output0", [batch, COUNT, 6])]
    nodes += [
        helper.make_node("Identity", ["boxes0_tiled"], ["boxes"]),
        helper.make_node("Identity", ["best"], ["scores"]),
        helper.make_node("Identity", ["which_float"], ["labels"]),
    ]
    return [("labels", [batch, COUNT]), ("boxes", [batch, COUNT, 4]), ("scores", [batch, COUNT])]


def _tile(name: str) -> onnx.NodeProto:
    """The same boxes for every picture."""
    return helper.make_node("Tile", [name, "times"], [f"{name}_tiled"])


def put(folder: Path, made: onnx.ModelProto | bytes, layout: str = "v8", **changes: str) -> str:
    """Write a model and its card; returns the card's name. changes: lines of the card, replaced."""
    folder.mkdir(exist_ok=True)
    content = made if isinstance(made, bytes) else made.SerializeToString()
    (folder / "eyes.onnx").write_bytes(content)
    lines = {
        "title": '"Red and green"',
        "file": '"eyes.onnx"',
        "sha256": f'"{hashlib.sha256(content).hexdigest()}"',
        "licence": '"none"',
        "labels": '["red", "green"]',
        "input": f"{{width = {SIDE}, height = {SIDE}}}",
        "output": f'{{layout = "{layout}"}}',
    } | changes
    card = "".join(f"{name} = {value}\n" for name, value in lines.items() if value)
    (folder / "eyes.toml").write_text(card, "utf-8")
    return "eyes"
