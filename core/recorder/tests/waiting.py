"""Waiting for what another thread or process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(what: Callable[[], bool]) -> None:
    """Return when it is so; fail after ten seconds."""
    for _ in range(1000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 10 s")
