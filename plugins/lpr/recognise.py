"""Reading one crop: the probabilities of characters along it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from plugins.lpr import engine
from plugins.lpr.decode import Look
from plugins.lpr.syntax import ALPHABET

Picture = npt.NDArray[np.uint8]
HEIGHT, NARROWEST, WIDEST = 48, 96, 320
"""Pixels of a crop as the model wants it."""
FLOOR = 1e-6
TWINS = ("OI", "01")
"""Characters that look the same on most plates …"""
AS_TWIN = 0.3
"""… so each counts this much for the other too, and the plate's form decides which it is."""


_ONE, _OTHER = ([ALPHABET.index(char) + 1 for char in chars] for chars in TWINS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one crop says. look: for `decode`; raw: the likeliest text of any characters, as written."""

    look: Look
    raw: str


class Recogniser:
    """The OCR model. One thread."""

    def __init__(self, model: Path | None = None) -> None:
        self._session = engine.session(model or engine.bundled(engine.RECOGNISE))
        self._input = self._session.get_inputs()[0].name
        listed = self._session.get_modelmeta().custom_metadata_map.get("character", "").split("\n")
        self._characters = ["", *listed, " "]
        classes = self._session.get_outputs()[0].shape[-1]
        if classes != len(self._characters):
            raise ValueError(
                f"The recognition model has {classes} classes but lists {len(listed)} characters in its metadata "
                "`character`; it takes one class for each, one before them for nothing and one after for the space."
            )
        # CTC's blank is class 0, the last one is the space (rapidocr's CTCLabelDecode).
        self._folding = np.array([0, *map(_column, self._characters[1:])], np.intp)

    def read(self, crop: Picture) -> Reading:
        """What a crop says, height x width x 3 bytes, BGR."""
        height, width = crop.shape[:2]
        wide = min(WIDEST, max(NARROWEST, round(HEIGHT * width / height / 8) * 8))
        scaled = cv2.resize(crop, (wide, HEIGHT), interpolation=cv2.INTER_CUBIC if height < HEIGHT else cv2.INTER_AREA)
        given = np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], np.float32) / np.float32(127.5) - np.float32(1)
        answer: Any = self._session.run(None, {self._input: given})[0]
        return Reading(self._folded(answer[0]), self._raw(answer[0]))

    def _raw(self, classes: npt.NDArray[np.float32]) -> str:
        best = classes.argmax(axis=1)
        changed = np.concatenate(([True], best[1:] != best[:-1]))
        return "".join(self._characters[number] for number in best[changed & (best > 0)]).strip()

    def _folded(self, classes: npt.NDArray[np.float32]) -> Look:
        """Only what may stand on a plate: case and accents folded, signs are gaps, other scripts left out."""
        sums = np.zeros((len(classes), len(ALPHABET) + 1), np.float32)
        kept = np.flatnonzero(classes.max(axis=0) > FLOOR)
        for number in kept:
            column = self._folding[number]
            if column >= 0:
                sums[:, column] += classes[:, number]
        sums = np.maximum(sums, FLOOR)
        sums /= sums.sum(axis=1, keepdims=True)
        sums[:, _ONE + _OTHER] += AS_TWIN * sums[:, _OTHER + _ONE]
        return np.log(sums)


def _column(character: str) -> int:
    """Which column of a look a character of the model belongs to; -1 for none."""
    plain = unicodedata.normalize("NFKD", character[:1]).upper()[:1]
    if plain in ALPHABET and plain:
        return ALPHABET.index(plain) + 1
    return 0 if unicodedata.category(character[0])[0] in "PSZ" else -1
