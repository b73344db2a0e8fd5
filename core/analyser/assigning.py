"""Which track each box belongs to: the pairs that are alike enough and together the most alike.

The Hungarian method by shortest augmenting paths (Kuhn, 1955; Jonker and Volgenant, 1987), on plain lists, for each
group of rows and columns that share pairs: in a picture these are few, even in a crowd. SciPy has the same, and takes
44 MB for it; NumPy takes longer for so few, and another 10 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

MOST = 40
"""Rows or columns of a group above which the best pair is taken first: less good, but no look takes seconds."""

Pair = tuple[int, int]
Gains = Mapping[Pair, float]
"""By row and column what a pair gains, above 0. Pairs that are not named are not made."""


def best_pairs(gains: Gains) -> list[Pair]:
    """Pairs, each row and column in one at most, whose gains sum up to the most."""
    return [pair for group in _groups(gains) for pair in _best(group)]


def _groups(gains: Gains) -> Iterator[dict[Pair, float]]:
    """The pairs, apart where they share neither rows nor columns, directly or by others."""
    of_row: dict[int, list[Pair]] = {}
    of_column: dict[int, list[Pair]] = {}
    for pair in gains:
        of_row.setdefault(pair[0], []).append(pair)
        of_column.setdefault(pair[1], []).append(pair)
    left = dict.fromkeys(gains)
    while left:
        reached = [left.popitem()[0]]
        for row, column in reached:
            for pair in (*of_row.pop(row, ()), *of_column.pop(column, ())):
                if pair in left:
                    del left[pair]
                    reached.append(pair)
        yield {pair: gains[pair] for pair in reached}


def _best(group: dict[Pair, float]) -> list[Pair]:
    if len(group) == 1:
        return list(group)
    rows, columns = sorted({row for row, _ in group}), sorted({column for _, column in group})
    if max(len(rows), len(columns)) > MOST:
        return _best_first(group)
    turned = len(rows) > len(columns)
    if turned:
        rows, columns = columns, rows
    costs = [[-group.get((column, row) if turned else (row, column), 0.0) for column in columns] for row in rows]
    pairs = [(rows[row], columns[column]) for row, column in enumerate(_assigned(costs))]
    return [pair for pair in ([(row, column) for column, row in pairs] if turned else pairs) if pair in group]


def _best_first(group: dict[Pair, float]) -> list[Pair]:
    rows, columns, found = set(), set(), []
    for row, column in sorted(group, key=lambda pair: -group[pair]):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            found.append((row, column))
    return found


def _assigned(costs: list[list[float]]) -> list[int]:
    """The column of each row, at the least cost; there are as many columns as rows, or more."""
    wide = len(costs[0])
    row_of = [-1] * wide
    row_prices, column_prices = [0.0] * len(costs), [0.0] * wide
    for first in range(len(costs)):
        column, before = _path(first, costs, row_of, row_prices, column_prices)
        while column >= 0:  # back along the path
            source = before[column]
            row_of[column] = row_of[source] if source >= 0 else first
            column = source
    columns = [-1] * len(costs)
    for column, row in enumerate(row_of):
        if row >= 0:
            columns[row] = column
    return columns


def _path(
    first: int, costs: list[list[float]], row_of: list[int], row_prices: list[float], column_prices: list[float]
) -> tuple[int, list[int]]:
    """The cheapest way from a row to a free column, on which rows that have one may change theirs: that column, and of
    each column the one before it, -1 for the beginning. Prices follow.
    """
    infinite = float("inf")
    nearest, before = [infinite] * len(row_of), [-1] * len(row_of)
    row, at, passed = first, -1, []
    least = 0.0
    while row >= 0:
        found, following = infinite, -1
        for column, cost in enumerate(costs[row]):
            if column in passed:
                continue
            through = least + cost - row_prices[row] - column_prices[column]
            if through < nearest[column]:
                nearest[column], before[column] = through, at
            if nearest[column] < found:
                found, following = nearest[column], column
        least, at = found, following
        passed.append(at)
        row = row_of[at]
    row_prices[first] += least
    for column in passed[:-1]:
        row_prices[row_of[column]] += least - nearest[column]
    for column in passed:
        column_prices[column] -= least - nearest[column]
    return at, before
