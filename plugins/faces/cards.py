"""Model cards: what a user says of a model file, in TOML beside it. Nothing about the model is guessed."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.api import first_said

LARGEST = 1_000_000_000


class _Card(BaseModel):
    """file: beside the card; sha256: of the file; licence: as its source says, for the user to check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    licence: str = Field(min_length=1)
    source: str = ""


class Input(BaseModel):
    """What the model takes: one square face of `side` pixels, order of its axes and colours; a byte less `mean`, by
    `deviation`, by channel.

    align: `landmarks`: eyes, nose and mouth at the places of ArcFace's template (Deng et al., 2019, as for 112 x 112,
    scaled to the side), which needs a finder that tells them; `box`: the face's box with `margin` of its size around.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    side: int = Field(ge=16, le=1024)
    align: Literal["landmarks", "box"]
    margin: float = Field(0.1, ge=0, le=1)
    axes: Literal["nchw", "nhwc"] = "nchw"
    colours: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (127.5, 127.5, 127.5)
    deviation: tuple[float, float, float] = (127.5, 127.5, 127.5)


class RecognitionCard(_Card):
    """A model that makes a vector of a face; two of one person's point the same way.

    likeness: the cosine of two vectors from which they count as the same person.
    """

    kind: Literal["recognition"]
    likeness: float = Field(gt=0, lt=1)
    input: Input


class DetectionCard(_Card):
    """A YuNet model. score: what it is less sure of is no face."""

    kind: Literal["yunet"]
    score: float = Field(0.7, gt=0, lt=1)


Card = Annotated[RecognitionCard | DetectionCard, Field(discriminator="kind")]
_cards: TypeAdapter[RecognitionCard | DetectionCard] = TypeAdapter(Card)


def recognition_card(folder: Path, name: str) -> RecognitionCard:
    """The card `name`.toml of a recognition model. Raises ValueError with what to mend."""
    card = _read(folder, name)
    if not isinstance(card, RecognitionCard):
        raise ValueError(f"The model card {name}.toml is of a model that finds faces, not of one that recognises them.")
    return card


def detection_card(folder: Path, name: str) -> DetectionCard:
    """The card `name`.toml of a YuNet model. Raises ValueError with what to mend."""
    card = _read(folder, name)
    if not isinstance(card, DetectionCard):
        raise ValueError(f"The model card {name}.toml is of a model that recognises faces, not of one that finds them.")
    return card


def read_model(folder: Path, card: _Card) -> bytes:
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


def _read(folder: Path, name: str) -> RecognitionCard | DetectionCard:
    path = folder / f"{name}.toml"
    try:
        return _cards.validate_python(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise ValueError(f"There is no model card {path.name} in {folder}; put it there with its model.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"The model card {path.name} is no TOML: {error}.") from None
    except ValidationError as error:
        raise ValueError(f"The model card {path.name} does not fit: {first_said(error)}") from None
