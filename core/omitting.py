"""Libraries that other libraries load when they find them, and that this installation has no use for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.configuration import Configuration


@contextmanager
def without(*names: str) -> Iterator[None]:
    """What is imported inside finds these top-level modules not installed, unless they are loaded already.

    Afterwards they can be imported as ever. All processes are forked from one that has loaded everything, so what
    nobody uses costs memory in each of them. `None` in `sys.modules` is Python's own way to say so (the import system,
    5.3.1).
    """
    missing = [name for name in names if name not in sys.modules]
    loaded: dict[str, Any] = vars(sys)["modules"]  # as what it is: typeshed knows modules only
    loaded.update(dict.fromkeys(missing))
    try:
        yield
    finally:
        for name in missing:
            loaded.pop(name, None)


def load_queue(config: Configuration) -> None:
    """Load huey, which takes along each database it could work with, without those it does not use here."""
    with without("psycopg", *(["redis"] if config.redis_url is None else [])):
        import huey  # noqa: F401  # whoever imports it later finds it loaded
