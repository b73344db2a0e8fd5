"""When to start a process again after it ended by itself."""

from __future__ import annotations

from collections import deque

WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds; the last one for ever
SPARED = 3
"""Ends soon after it came up that cost a process no more than the first wait."""
STEADY = 5.0  # seconds up after which an end is a first one again
BUDGET = 5
WINDOW = 60.0  # seconds


class RestartPolicy:
    """Waits grow while a process fails. One that works starts at once again, as a recorder that runs between crashes
    records more than one that waits; the waits of one that ends soon after each start grow a little later. Only a
    process that is not persistent exhausts its budget.
    """

    def __init__(self, *, persistent: bool, window: float = WINDOW) -> None:
        """window: seconds within which failures use the budget up."""
        self._persistent = persistent
        self.window = window
        self._failures: deque[float] = deque()

    def wait_after_failure(self, now: float, *, up: float) -> float | None:
        """Seconds to wait before the next start; None when it is given up.

        now: monotonic seconds. up: seconds since it had come up; 0 when it never did.
        """
        if self._persistent and up >= STEADY:
            self._failures.clear()
        while self._failures and self._failures[0] <= now - self.window:
            self._failures.popleft()
        self._failures.append(now)
        number = len(self._failures)
        if not self._persistent and number > BUDGET:
            return None
        if self._persistent and up > 0:
            number = max(number - SPARED, 1)
        return WAITS[min(number, len(WAITS)) - 1]
