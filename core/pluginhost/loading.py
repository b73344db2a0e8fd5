"""No threads while Eyrie loads: a process that has one cannot be forked safely.

Refused where the thread would begin, so that the error carries the plugin's own lines, and the plugin is found by them
like one that raises at import.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ThreadRefused(RuntimeError):
    """Something starts a thread while Eyrie loads."""


@contextmanager
def without_threads() -> Iterator[None]:
    """Whoever starts a thread inside, by whatever library, gets ThreadRefused at that line."""
    start = threading.Thread.start
    setattr(threading.Thread, "start", _refuse)  # noqa: B010  # the one way to replace a method that mypy accepts
    try:
        yield
    finally:
        setattr(threading.Thread, "start", start)  # noqa: B010


def _refuse(thread: threading.Thread) -> None:
    raise ThreadRefused(f"starts the thread {thread.name} while Eyrie loads; start it when it is needed")
