"""From a recogniser's probabilities to what a plate says: CTC (Graves et al., 2006) along a tree of allowed texts.

A look is a matrix with a row a time step of natural logarithms: column 0 is CTC's blank, the others `ALPHABET`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plugins.lpr.syntax import ALPHABET, Node

Look = npt.NDArray[np.float32]
Choices = npt.NDArray[np.int8]
NEVER = np.float32(-1e9)
WORD, NUMBER, TRIMMED = 3.0, 1.5, 1.5
"""What makes a text less likely a plate's, in nats: letters only, digits only, an edge taken for no character."""
TRIMMED_FROM = 8
"""Characters from which the first or the last may be taken for none."""
_SAME, _SILENCE = -2, -1  # where a path came from; else the place of a character in the alphabet
_PLACE = {char: place for place, char in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class Guess:
    """A text. likely: ln of the mean over all looks of p(text | look); worst: ln p of the look that says it least;
    cost: what its form makes it less likely, in nats.
    """

    text: str
    likely: float
    worst: float
    cost: float

    @property
    def score(self) -> float:
        """What guesses are sorted by, in nats; 0 is certainty."""
        return self.likely - self.cost


class Decoder:
    """Decodes along one tree of forms (`syntax.tree`)."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        # Place 0 is before the first character; node n of the tree has place n + 1.
        self._parents = np.array([node.parent + 1 for node in nodes], np.intp)
        self._denied = np.array(
            [[0.0 if char in node.allowed else NEVER for char in ALPHABET] for node in nodes], np.float32
        )
        self._ends = np.array([place for place, node in enumerate(nodes, 1) if node.ends is not None], np.intp)
        self._costs = np.array([node.ends for node in nodes if node.ends is not None], np.float32)
        self._cost_at = {place: node.ends for place, node in enumerate(nodes, 1) if node.ends is not None}
        self._children: dict[int, list[int]] = {place: [] for place in range(len(nodes) + 1)}
        for place, node in enumerate(nodes, 1):
            self._children[node.parent + 1].append(place)

    def read(self, looks: Sequence[Look], best: int = 4) -> list[Guess]:
        """The likeliest texts over several looks at one plate, the best first."""
        texts = list({text: None for look in looks for text in self._candidates(look, best)})
        if not texts:
            return []
        each = np.array([likelihoods(look, texts) for look in looks])
        likely = np.logaddexp.reduce(each, axis=0) - np.log(len(looks))
        guesses: dict[str, Guess] = {}
        for seen, value, worst in zip(texts, likely, each.min(axis=0), strict=True):
            for text, cost in self._meanings(seen):
                guess = Guess(text, float(value), float(worst), cost)
                if text not in guesses or guesses[text].score < guess.score:
                    guesses[text] = guess
        return sorted(guesses.values(), key=lambda guess: -guess.score)

    def _meanings(self, seen: str) -> Iterator[tuple[str, float]]:
        """What a plate with this text on it may say, and what that costs: a first or last character that makes it of
        no form may be an emblem, a sticker or the frame.
        """
        cost = self.cost(seen)
        yield seen, cost + odd(seen)
        if cost and len(seen) >= TRIMMED_FROM:
            for trimmed in (seen[1:], seen[:-1]):
                if self.cost(trimmed) == 0:
                    yield trimmed, TRIMMED + odd(trimmed)

    def cost(self, text: str) -> float:
        """What a text's form costs, in nats; infinite when it is neither of a form nor of any free text's length."""
        places = {0}
        for char in text:
            column = _PLACE[char]
            places = {
                child for place in places for child in self._children[place] if self._denied[child - 1, column] == 0
            }
        return min((self._cost_at[place] for place in places if place in self._cost_at), default=float("inf"))

    def _candidates(self, look: Look, best: int) -> list[str]:
        """The text of the likeliest path to each of the best places where a plate may end."""
        spoken, silent, ways = self._paths(look)
        final = np.maximum(silent, spoken.max(axis=1))[self._ends] - self._costs
        return [
            self._told(int(self._ends[rank]), spoken, silent, ways)
            for rank in np.argsort(-final)[:best]
            if final[rank] > NEVER / 2
        ]

    def _paths(self, look: Look) -> tuple[Look, Look, list[tuple[Choices, Choices]]]:
        """Viterbi. spoken[place, char]: the best path that ends in a place's character, silent[place]: in the blank
        after it. For each step: where the best path to each came from.
        """
        size = len(self._parents) + 1
        spoken = np.full((size, len(ALPHABET)), NEVER, np.float32)
        silent = np.full(size, NEVER, np.float32)
        silent[0] = 0.0
        ways = []
        for step in look:
            first = spoken.argmax(axis=1)
            top = np.take_along_axis(spoken, first[:, None], axis=1)[:, 0]
            entered, way = self._entered(spoken, silent, first, top)
            stays = spoken[1:] >= entered
            way[stays] = _SAME
            ways.append((way, np.where(silent >= top, _SAME, first).astype(np.int8)))
            silent = np.maximum(silent, top) + step[0]
            spoken[1:] = np.where(stays, spoken[1:], entered) + step[1:] + self._denied
        return spoken, silent, ways

    def _entered(self, spoken: Look, silent: Look, first: npt.NDArray[np.intp], top: Look) -> tuple[Look, Choices]:
        """The best way into each character of each node: from its parent's blank, or from a character of its parent
        that is another one, for the same one twice needs a blank between (Graves et al., 3.1).
        """
        rows = np.arange(len(spoken))
        others = spoken.copy()
        others[rows, first] = NEVER
        second = others.argmax(axis=1)
        from_blank = silent >= top
        value = np.repeat(np.maximum(silent, top)[self._parents][:, None], len(ALPHABET), axis=1)
        way = np.repeat(np.where(from_blank, _SILENCE, first)[self._parents][:, None], len(ALPHABET), axis=1)
        nodes, doubled = np.arange(len(self._parents)), first[self._parents]
        instead = np.maximum(silent, others[rows, second])[self._parents]
        value[nodes, doubled] = instead
        way[nodes, doubled] = np.where(silent >= others[rows, second], _SILENCE, second)[self._parents]
        return value, way.astype(np.int8)

    def _told(self, place: int, spoken: Look, silent: Look, ways: list[tuple[Choices, Choices]]) -> str:
        """The text of the best path to a place, walked backwards."""
        char = _SILENCE if silent[place] >= spoken[place].max() else int(spoken[place].argmax())
        text = ""
        for into, within in reversed(ways):
            if place == 0:
                break
            if char == _SILENCE:
                came = int(within[place])
                char = _SILENCE if came == _SAME else came
            elif (came := int(into[place - 1, char])) != _SAME:
                text = ALPHABET[char] + text
                place, char = int(self._parents[place - 1]), came
        return text


def odd(text: str) -> float:
    """What a text of letters or digits only costs: signs and numbers are more common in pictures than such plates."""
    return WORD if text.isalpha() else NUMBER if text.isdigit() else 0.0


def likelihoods(look: Look, texts: Sequence[str]) -> Look:
    """ln p(text | look) of each text, over all alignments."""
    longest = 2 * max(map(len, texts)) + 1
    columns = np.zeros((len(texts), longest), np.intp)
    for row, text in enumerate(texts):
        columns[row, 1 : 2 * len(text) : 2] = [_PLACE[char] + 1 for char in text]
    skips = np.zeros(columns.shape, bool)
    skips[:, 2:] = (columns[:, 2:] != 0) & (columns[:, 2:] != columns[:, :-2])
    alpha = np.full(columns.shape, NEVER, np.float32)
    alpha[:, :2] = look[0][columns[:, :2]]
    for step in look[1:]:
        before = np.full_like(alpha, NEVER)
        before[:, 1:] = alpha[:, :-1]
        leapt = np.full_like(alpha, NEVER)
        leapt[:, 2:] = np.where(skips[:, 2:], alpha[:, :-2], NEVER)
        alpha = np.logaddexp(np.logaddexp(alpha, before), leapt) + step[columns]
    rows, ends = np.arange(len(texts)), np.array([2 * len(text) for text in texts])
    return np.asarray(np.logaddexp(alpha[rows, ends], alpha[rows, ends - 1]), np.float32)
