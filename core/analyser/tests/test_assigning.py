"""The assignment against all permutations, and against SciPy's on larger ones."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from core.analyser.assigning import MOST, best_pairs


def _named(gains: np.ndarray) -> dict[tuple[int, int], float]:
    """The pairs that gain anything."""
    return {pair: float(gain) for pair, gain in np.ndenumerate(gains) if gain > 0}


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3), (2, 5), (5, 2), (5, 5)])
def test_no_other_pairs_gain_more(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(sum(shape))
    for _ in range(20):
        gains = np.clip(random.uniform(-1, 1, shape), 0, None)
        pairs = best_pairs(_named(gains))
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
        wide = gains if shape[0] <= shape[1] else gains.T
        most = max(
            sum(wide[row, column] for row, column in enumerate(order))
            for order in permutations(range(wide.shape[1]), wide.shape[0])
        )
        assert sum(gains[pair] for pair in pairs) == pytest.approx(most)


def test_it_is_scipys() -> None:
    random = np.random.default_rng(1)
    for size, share in ((10, 1.0), (30, 1.0), (30, 0.1), (200, 0.005)):
        gains = np.round(random.uniform(0, 1, (size, size + 3)), 1)  # with many that are equal
        gains[random.uniform(0, 1, gains.shape) > share] = 0
        theirs = gains[linear_sum_assignment(gains, maximize=True)].sum()
        assert sum(gains[pair] for pair in best_pairs(_named(gains))) == pytest.approx(theirs)


def test_of_very_many_the_best_is_taken_first() -> None:
    gains = np.random.default_rng(1).uniform(0.1, 1, (MOST + 1, MOST + 1))
    pairs = best_pairs(_named(gains))
    assert len(pairs) == MOST + 1
    assert max(gains[pair] for pair in pairs) == gains.max()


def test_nothing_is_alike() -> None:
    assert best_pairs({}) == []
