"""When to start a process again after it ended by itself."""

from __future__ import annotations

from collections import deque

WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds; the last one for ever
BUDGET = 5
WINDOW = 60.0  # seconds


class RestartPolicy:
    """Waits grow while a process fails; one that came up starts at once again, as a recorder that runs between
    crashes records more than one that waits. Only a process that is not persistent exhausts its budget.
    """

    def __init__(self, *, persistent: bool) -> None:
        self._persistent = persistent
        self._failures: deque[float] = deque()

    def wait_after_failure(self, now: float, *, came_up: bool) -> float | None:
        """Seconds to wait before the next start; None when it is given up. now: monotonic seconds."""
        if self._persistent and came_up:
            self._failures.clear()
        while self._failures and self._failures[0] <= now - WINDOW:
            self._failures.popleft()
        self._failures.append(now)
        if not self._persistent and len(self._failures) > BUDGET:
            return None
        return WAITS[min(len(self._failures), len(WAITS)) - 1]
