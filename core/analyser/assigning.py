"""Which track each box belongs to: the assignment with the least cost, by shortest augmenting paths.

After Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38 (1987), in the form of Crouse, IEEE TAES 52 (2016). SciPy has the same, and takes 44 MB for it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]


def best_pairs(gains: npt.NDArray[np.float64]) -> tuple[Indices, Indices]:
    """Rows and columns of the pairs whose gains, n x m, sum up to the most; min(n, m) of them, by row."""
    if gains.shape[0] > gains.shape[1]:
        columns, rows = best_pairs(gains.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    costs = -gains
    row_of = np.full(costs.shape[1], -1)
    prices = np.zeros(costs.shape[0]), np.zeros(costs.shape[1])
    for row in range(costs.shape[0]):
        _add(row, costs, row_of, *prices)
    columns = np.flatnonzero(row_of >= 0)
    rows = row_of[columns]
    order = np.argsort(rows)
    return rows[order], columns[order]


def _add(
    first: int,
    costs: npt.NDArray[np.float64],
    row_of: Indices,
    row_prices: npt.NDArray[np.float64],
    column_prices: npt.NDArray[np.float64],
) -> None:
    """Give a row a column along the cheapest path, on which rows that have one may change theirs."""
    width = costs.shape[1]
    shortest = np.full(width, np.inf)
    before = np.full(width, -1)
    open_columns = np.ones(width, bool)
    rows, row, least, column = [first], first, 0.0, -1
    while True:
        through = least + costs[row] - row_prices[row] - column_prices
        better = open_columns & (through < shortest)
        shortest[better], before[better] = through[better], row
        column = int(np.argmin(np.where(open_columns, shortest, np.inf)))
        least = float(shortest[column])
        open_columns[column] = False
        if row_of[column] < 0:
            break
        row = int(row_of[column])
        rows.append(row)
    _reprice(rows, ~open_columns, shortest, least, row_of, row_prices, column_prices)
    while True:  # back along the path
        row = int(before[column])
        given = np.flatnonzero(row_of == row)
        row_of[column] = row
        if row == first:
            return
        column = int(given[0])


def _reprice(
    rows: list[int],
    seen: npt.NDArray[np.bool_],
    shortest: npt.NDArray[np.float64],
    least: float,
    row_of: Indices,
    row_prices: npt.NDArray[np.float64],
    column_prices: npt.NDArray[np.float64],
) -> None:
    """Keep every pair's cost above its prices, and those of the pairs given equal to them."""
    row_prices[rows[0]] += least
    column_of = {int(row_of[column]): int(column) for column in np.flatnonzero(row_of >= 0)}
    for row in rows[1:]:
        row_prices[row] += least - shortest[column_of[row]]
    column_prices[seen] -= least - shortest[seen]
