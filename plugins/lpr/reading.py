"""From a picture to the plates in it: lines of text are found, read, and those kept that may be plates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from plugins.lpr.decode import Decoder, Guess
from plugins.lpr.locate import Line, Locator, Picture
from plugins.lpr.recognise import Recogniser
from plugins.lpr.stamps import is_small, is_stamp
from plugins.lpr.syntax import Region, region_of, tree

BROADEST, NARROWEST, STEEPEST = 9.0, 1.3, 35.0
"""Width over height of what may be a plate's text; degrees it may lean."""
LOWEST = 7.0
"""Pixels of a line's height below which nothing can be read."""
UNREADABLE = -8.0
"""Score in nats of the first cut below which the others are not read."""
ASIDE, SMALL = 6.0, 2.0
"""What makes a line less likely the plate that a picture is taken of, in nats: its distance from the middle, squared,
in shares of the picture; small letters.
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a line is cut out to be read. wide, high: how much of its width and height, for plates have frames and small
    print around their text; grey: without colours.
    """

    wide: float
    high: float
    grey: bool = False

    def of(self, picture: Picture, line: Line) -> Picture:
        """The line, height x width x 3 bytes, BGR."""
        crop = line.crop(picture, self.wide, self.high)
        if not self.grey:
            return crop
        return np.asarray(cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


CUTS = (Cut(1.0, 0.92), Cut(1.0, 0.78), Cut(1.0, 0.85, grey=True))
"""They err in different ways: the grey one where emblems and faded paint mislead, the narrow ones where frames do."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate in one picture. text: capitals and digits; raw: as written on the first cut; confidence: 0 to 1."""

    text: str
    raw: str
    confidence: float
    region: str
    line: Line
    rank: float


class Reader:
    """Reads plates of chosen regions. One thread."""

    def __init__(self, regions: Sequence[Region], locator: Locator, recogniser: Recogniser) -> None:
        self._regions = regions
        self._decoder = Decoder(tree(regions) if regions else tree((), free=0.0))
        self._locator, self._recogniser = locator, recogniser

    def plates(self, picture: Picture, longest: int) -> list[Plate]:
        """All plates in a picture (height x width x 3 bytes, BGR), the one that is most of all a plate first.

        longest: pixels of the longer side at which text is looked for.
        """
        lines = self._locator.lines(picture, longest)
        found = [plate for line in lines if (plate := self.plate(picture, line)) is not None]
        return sorted(found, key=lambda plate: -plate.rank)

    def plate(self, picture: Picture, line: Line) -> Plate | None:
        """What a line says, None when it is no plate's text."""
        if not _may_be_plate(line):
            return None
        readings = [self._recogniser.read(CUTS[0].of(picture, line))]
        guesses = self._decoder.read([readings[0].look])
        if not guesses or guesses[0].score < UNREADABLE:
            return None
        readings += [self._recogniser.read(cut.of(picture, line)) for cut in CUTS[1:]]
        if any(is_stamp(one.raw) for one in readings):
            return None
        best = self._decoder.read([one.look for one in readings])[0]
        raw = readings[0].raw
        rank = best.score + _standing_out(line, picture) - SMALL * is_small(raw)
        return Plate(best.text, raw, confidence(best), region_of(best.text, self._regions), line, rank)


def confidence(guess: Guess) -> float:
    """How sure a guess is, 0 to 1: the model's probability at the cut that speaks least for it, less for its form."""
    return math.exp(min(0.0, guess.worst - guess.cost / 2))


def _standing_out(line: Line, picture: Picture) -> float:
    """How much a line looks like what the picture was taken for: large, and in the middle. 0 or less, in nats."""
    height, width = picture.shape[:2]
    aside = (line.centre[0] / width - 0.5) ** 2 + (line.centre[1] / height - 0.5) ** 2
    return float(min(0.0, math.log(line.height / max(height, width))) - ASIDE * aside)


def _may_be_plate(line: Line) -> bool:
    return (
        line.height >= LOWEST
        and NARROWEST * line.height <= line.width <= BROADEST * line.height
        and abs(line.angle) <= STEEPEST
    )
