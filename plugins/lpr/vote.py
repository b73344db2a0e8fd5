"""What a plate says after several looks at it: each character by the weight of those that read it so."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ballot:
    """One look's text and how sure it was, 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The vote's text; agreeing: looks that read just this; confidence: 0 to 1."""

    text: str
    confidence: float
    agreeing: int


def vote(ballots: Sequence[Ballot]) -> Outcome:
    """Elect the length first, then each character among the texts of this length. There is at least one ballot."""
    lengths: dict[int, float] = defaultdict(float)
    for ballot in ballots:
        lengths[len(ballot.text)] += ballot.confidence
    length = max(lengths, key=lambda one: lengths[one])
    heard = [ballot for ballot in ballots if len(ballot.text) == length]
    text, share = "", lengths[length] / max(sum(lengths.values()), 1e-9)
    for place in range(length):
        weights: dict[str, float] = defaultdict(float)
        for ballot in heard:
            weights[ballot.text[place]] += ballot.confidence
        char = max(weights, key=lambda one: weights[one])
        text += char
        share = min(share, weights[char] / max(sum(weights.values()), 1e-9))
    agreeing = [ballot for ballot in ballots if ballot.text == text]
    doubt = math.prod(1 - ballot.confidence for ballot in agreeing)
    return Outcome(text, share * (1 - doubt), len(agreeing))
