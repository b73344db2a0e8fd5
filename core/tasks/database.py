"""A database that may be away for a while, for threads that look for work again and again."""

from __future__ import annotations

import logging
from types import TracebackType

from django.db import DatabaseError, connections


class MayBeAway:
    """`with database:` around what asks it: a failure is told once, until it answers again, and passed over.

    waits: what waits for it meanwhile, such as "exports wait for it". For one thread.
    """

    def __init__(self, log: logging.Logger, waits: str) -> None:
        self._log = log
        self._waits = waits
        self._away = False

    def __enter__(self) -> None:
        """Nothing is to be done beforehand."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """True for a database's error, which then is over."""
        if error is not None and not isinstance(error, DatabaseError):
            return False
        if error is not None:
            if not self._away:
                self._log.warning("the database does not answer: %s; %s", error, self._waits)
            connections.close_all()
        self._away = error is not None
        return self._away
