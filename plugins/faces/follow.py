"""Following faces from look to look, so that several looks at one face can agree on whose it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from plugins.faces.kept import Kept

Box = tuple[float, float, float, float]
"""Left, top, width, height, as fractions of the picture."""

GONE_MS = 2500
"""A face that was not seen for so long has left."""
REACH = 1.2
"""How far, in its own sizes, a face may go between two looks."""
GREW = 1.8


@dataclass(frozen=True, slots=True)
class Named:
    """What one look made of a face: the person it is most like, None for nobody, and how alike they are."""

    person: int | None
    likeness: float


@dataclass(slots=True)
class Followed:
    """One face. best, quality: the look at it that shows most, for what is kept; told: whom it was told to be."""

    id: int
    box: Box
    seen_ms: int
    looks: list[Named] = field(default_factory=list)
    told: set[int | None] = field(default_factory=set)
    best: Kept | None = None
    quality: float = 0.0

    def agreed(self, least: int) -> Named | None:
        """The person that at least so many looks, and two of three of all looks, agree on, with their mean likeness."""
        votes: dict[int, list[float]] = {}
        for look in self.looks:
            if look.person is not None:
                votes.setdefault(look.person, []).append(look.likeness)
        person = max(votes, key=lambda one: (len(votes[one]), sum(votes[one])), default=None)
        if person is None or len(votes[person]) < least or 3 * len(votes[person]) < 2 * len(self.looks):
            return None
        return Named(person, sum(votes[person]) / len(votes[person]))


class Follower:
    """Gives the faces of one camera to those seen before."""

    def __init__(self) -> None:
        self._followed: list[Followed] = []
        self._next = 1

    def update(self, at_ms: int, boxes: Sequence[Box]) -> tuple[list[Followed], list[Followed]]:
        """The faces of this moment in the order of their boxes, and those that have left since the last time."""
        gone = [one for one in self._followed if not 0 <= at_ms - one.seen_ms <= GONE_MS]
        free = [one for one in self._followed if one not in gone]
        present = []
        for box in boxes:
            one = min(free, key=lambda other: apart(other.box, box), default=None)
            if one is None or apart(one.box, box) > 1:
                one = Followed(self._next, box, at_ms)
                self._next += 1
            else:
                free.remove(one)
            one.box, one.seen_ms = box, at_ms
            present.append(one)
        self._followed = present + free
        return present, gone


def apart(one: Box, other: Box) -> float:
    """How unlikely two boxes are of one face: at most 1 while they may be."""
    across = abs(one[0] + one[2] / 2 - other[0] - other[2] / 2) / max(one[2], other[2], 1e-6)
    down = abs(one[1] + one[3] / 2 - other[1] - other[3] / 2) / max(one[3], other[3], 1e-6)
    grew = max(one[2], other[2], 1e-6) / max(min(one[2], other[2]), 1e-6)
    return max(across / REACH, down / REACH, grew / GREW)
