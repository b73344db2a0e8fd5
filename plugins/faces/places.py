"""Where models lie, and which one is in use. Loads none of them."""

from __future__ import annotations

from pathlib import Path

from plugins.faces.cards import recognition_card

FOLDER = "models"
"""In the data directory: where users put models and their cards."""
DLIB = "dlib"
DLIB_ID = "dlib-55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
"""By the SHA-256 of its weights."""


def models_folder() -> Path:
    """Where users put models."""
    from core.api.services import data_directory

    return data_directory() / FOLDER


def model_id(name: str) -> str | None:
    """The id of the vectors that this recognition model makes; None when it has no card that can be read."""
    if name == DLIB:
        return DLIB_ID
    try:
        return recognition_card(models_folder(), name).sha256.lower()
    except ValueError:
        return None
