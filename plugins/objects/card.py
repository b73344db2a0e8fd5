"""Model cards: what a user says of a model file, in TOML beside it. Nothing about the model is guessed."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.api import first_said

Layout = Literal["v5", "v8", "end2end", "rtdetr", "ssd"]
LARGEST = 2_000_000_000


class Input(BaseModel):
    """What the model takes: width and height in pixels, order of its axes and colours; a byte times `scale`, less
    `mean`, by `deviation`. letterbox: keep the picture's shape and pad; otherwise stretch it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(ge=8, le=4096)
    height: int = Field(ge=8, le=4096)
    axes: Literal["nchw", "nhwc"] = "nchw"
    colours: Literal["rgb", "bgr"] = "rgb"
    numbers: Literal["float32", "float16", "uint8"] = "float32"
    scale: float = 1 / 255
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    letterbox: bool = True


class Output(BaseModel):
    """What it answers, by `layout`:

    v5: 1 x n x (5 + classes): middle x, y, width, height, objectness, classes. v8: 1 x (4 + classes) x n, without
    objectness. end2end: 1 x n x 6: corners, score, class, nothing twice. rtdetr: three outputs by name, boxes as
    corners x1, y1, x2, y2. ssd: three outputs by name, boxes as y1, x1, y2, x2 in fractions.
    fractions: boxes are in fractions of the model's picture instead of its pixels. first_label: the number of the
    first label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: Layout
    boxes: str = "boxes"
    labels: str = "labels"
    scores: str = "scores"
    fractions: bool = False
    first_label: int = 0


class ModelCard(BaseModel):
    """file: beside the card; sha256: of the file; labels: by number, empty when the file's own metadata has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    licence: str = Field(min_length=1)
    source: str = ""
    labels: tuple[str, ...] = ()
    input: Input
    output: Output


def read_card(folder: Path, name: str) -> ModelCard:
    """The card `name`.toml. Raises ValueError with what to mend."""
    path = folder / f"{name}.toml"
    try:
        return ModelCard.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise ValueError(f"There is no model card {path.name} in {folder}; put it there with its model.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"The model card {path.name} is no TOML: {error}.") from None
    except ValidationError as error:
        raise ValueError(f"The model card {path.name} does not fit: {first_said(error)}") from None


def read_model(folder: Path, card: ModelCard) -> bytes:
    """The model file of a card, as the card knows it. Raises ValueError for any other file."""
    path = folder / card.file
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"The model {card.file} is larger than {LARGEST // 10**9} GB; use a smaller one.")
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"The model {card.file} cannot be read: {error.strerror or error}.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256.lower():
        raise ValueError(f"The model {card.file} is not the one of its card: its SHA-256 is {found}.")
    return content
