"""The people that faces are compared with. Pure: where they are kept is told by `people`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plugins.faces.embedding import Embedder
from plugins.faces.follow import Named
from plugins.faces.kept import Vector

CLEAR = 0.02
"""So much more alike than to anybody else must a face be to a person: between two people nobody is named."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as events name them."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gallery:
    """people: by id; owners: the id of the person of each row of vectors; likeness: from which a face is theirs."""

    people: Mapping[int, Known]
    owners: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    likeness: float

    def name(self, vector: Vector, embedder: Embedder) -> Named:
        """Whose face this is: the person with the most alike picture, when it is alike enough and clearly theirs."""
        if not len(self.owners):
            return Named(None, 0.0)
        alike = embedder.alike(vector, self.vectors)
        first = int(np.argmax(alike))
        others = alike[self.owners != self.owners[first]]
        best = float(alike[first])
        clear = not len(others) or best - float(others.max()) >= CLEAR
        return Named(int(self.owners[first]) if best >= self.likeness and clear else None, best)
