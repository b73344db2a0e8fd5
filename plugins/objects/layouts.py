"""What models answer, by the layouts that a card may name, as boxes with a class and a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from plugins.objects.card import ModelCard
from plugins.objects.letterbox import Fit

Numbers = npt.NDArray[np.float32]

LEAST = 0.05
"""What a model is less sure of is not looked at."""
OVERLAP = 0.5
MOST = 300


@dataclass(frozen=True, slots=True)
class Found:
    """box: left, top, width, height as fractions of the picture; number: of the label, from 0."""

    box: tuple[float, float, float, float]
    number: int
    score: float


def decoded(answers: Mapping[str, Numbers], at: int, fit: Fit, card: ModelCard, labels: int) -> list[Found]:
    """What a model found in the picture `at` of its batch. Raises ValueError where shapes are not those of the card."""
    layout = card.output.layout
    if layout in ("v5", "v8"):
        corners, scores, numbers = _dense(_only(answers, card, at), card, labels)
        corners, scores, numbers = _nothing_twice(corners, scores, numbers)
    elif layout == "end2end":
        rows = _only(answers, card, at)
        if rows.ndim != 2 or rows.shape[1] != 6:
            raise _misfit(card, f"end2end has n x 6 numbers a picture, the model answers {_shape(rows)}")
        corners, scores, numbers = rows[:, :4], rows[:, 4], rows[:, 5]
    else:
        corners, scores, numbers = _listed(answers, card, at)
    if card.output.fractions or layout == "ssd":
        corners = corners * np.tile(np.array([card.input.width, card.input.height], np.float32), 2)
    return _told(fit.back(corners), scores, numbers - card.output.first_label, labels)


def _only(answers: Mapping[str, Numbers], card: ModelCard, at: int) -> Numbers:
    return _of_picture(next(iter(answers.values())), card, at)


def _of_picture(answer: Numbers, card: ModelCard, at: int) -> Numbers:
    if answer.ndim == 0 or len(answer) <= at:
        raise _misfit(card, f"the model answers {_shape(answer)} to {at + 1} pictures")
    return np.asarray(answer[at])


def _dense(rows: Numbers, card: ModelCard, labels: int) -> tuple[Numbers, Numbers, Numbers]:
    layout = card.output.layout
    columns = labels + (5 if layout == "v5" else 4)
    if rows.ndim == 2 and layout == "v8":
        rows = rows.T
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise _misfit(
            card, f"{layout} with {labels} labels has {columns} numbers a box, the model answers {_shape(rows)}"
        )
    classes = rows[:, 5:] * rows[:, 4:5] if layout == "v5" else rows[:, 4:]
    numbers = classes.argmax(axis=1)
    scores = classes[np.arange(len(classes)), numbers]
    middle, half = rows[:, :2], rows[:, 2:4] / 2
    return np.hstack((middle - half, middle + half)), scores, numbers.astype(np.float32)


def _listed(answers: Mapping[str, Numbers], card: ModelCard, at: int) -> tuple[Numbers, Numbers, Numbers]:
    names = (card.output.boxes, card.output.scores, card.output.labels)
    missing = [name for name in names if name not in answers]
    if missing:
        raise _misfit(card, f"the model has no output {missing[0]!r} but {', '.join(answers)}")
    boxes, scores, numbers = (_of_picture(answers[name], card, at) for name in names)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != (len(boxes),) or numbers.shape != (len(boxes),):
        raise _misfit(card, f"boxes are {_shape(boxes)}, scores {_shape(scores)}, labels {_shape(numbers)}")
    return (boxes[:, [1, 0, 3, 2]] if card.output.layout == "ssd" else boxes), scores, numbers


def _nothing_twice(corners: Numbers, scores: Numbers, numbers: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    sure = np.flatnonzero(scores >= LEAST)
    corners, scores, numbers = corners[sure], scores[sure], numbers[sure]
    boxes = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
    kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores.tolist(), numbers.astype(int).tolist(), LEAST, OVERLAP)
    chosen = np.array(kept, np.intp).reshape(-1)
    return corners[chosen], scores[chosen], numbers[chosen]


def _told(corners: Numbers, scores: Numbers, numbers: Numbers, labels: int) -> list[Found]:
    size = corners[:, 2:] - corners[:, :2]
    good = np.isfinite(corners).all(axis=1) & np.isfinite(scores) & (scores >= LEAST) & (size > 0).all(axis=1)
    good &= (numbers >= 0) & (numbers < labels)
    best = [row for row in np.argsort(-scores).tolist() if good[row]][:MOST]
    return [
        Found((*corners[row, :2].tolist(), *size[row].tolist()), int(numbers[row]), min(float(scores[row]), 1.0))
        for row in best
    ]


def _misfit(card: ModelCard, why: str) -> ValueError:
    return ValueError(f"The model {card.file} does not answer as its card says: {why}; mend the card.")


def _shape(answer: Numbers) -> str:
    return " x ".join(str(side) for side in answer.shape) or "one number"
