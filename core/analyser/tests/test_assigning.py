"""The assignment against all permutations, and against SciPy's on larger ones."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from core.analyser.assigning import best_pairs


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3), (2, 5), (5, 2), (5, 5)])
def test_no_other_pairs_gain_more(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(sum(shape))
    for _ in range(20):
        gains = random.uniform(-1, 1, shape)
        rows, columns = best_pairs(gains)
        assert len(set(rows.tolist())) == len(set(columns.tolist())) == min(shape)
        wide = gains if shape[0] <= shape[1] else gains.T
        most = max(
            sum(wide[row, column] for row, column in enumerate(order))
            for order in permutations(range(wide.shape[1]), wide.shape[0])
        )
        assert gains[rows, columns].sum() == pytest.approx(most)


def test_it_is_scipys() -> None:
    random = np.random.default_rng(1)
    for size in (10, 30):
        gains = np.round(random.uniform(0, 1, (size, size + 3)), 1)  # with many that are equal
        theirs = gains[linear_sum_assignment(gains, maximize=True)].sum()
        assert gains[best_pairs(gains)].sum() == pytest.approx(theirs)
