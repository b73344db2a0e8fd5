"""How many websockets each user has open in this process."""

from __future__ import annotations

from collections import Counter

from django.conf import settings


class Seats:
    """For the event loop's thread only."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int) -> bool:
        """One more for this user; False when they have as many as they may."""
        most = settings.CONFIG.sockets_per_user
        if most and self._taken[user_id] >= most:
            return False
        self._taken[user_id] += 1
        return True

    def leave(self, user_id: int) -> None:
        """One less."""
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]


SEATS = Seats()
