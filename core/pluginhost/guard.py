"""The one place that catches whatever a plugin's code raises."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What one call of one plugin's code came to: a value, or the exception it raised; and how long it took."""

    plugin: str
    value: T | None
    error: BaseException | None
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the call returned."""
        return self.error is None


class PluginError(Exception):
    """A plugin's failure where failures are not tolerated (strict mode, `fail_fast`); names plugin and place."""

    def __init__(self, plugin: str, what: str, why: str) -> None:
        super().__init__(f"plugin {plugin}: {what}: {why}")
        self.plugin = plugin


def describe(error: BaseException) -> str:
    """An exception in one line, at most 300 characters."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:300]


def guarded(plugin: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
    """Call a plugin's code. Exceptions and `sys.exit` become the outcome; KeyboardInterrupt passes."""
    began = time.perf_counter()
    try:
        value = function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        return Outcome(plugin, None, error, time.perf_counter() - began)
    return Outcome(plugin, value, None, time.perf_counter() - began)


async def guarded_async(
    plugin: str, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> Outcome[T]:
    """The same for a coroutine function. Cancellation passes."""
    began = time.perf_counter()
    try:
        value = await function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        return Outcome(plugin, None, error, time.perf_counter() - began)
    return Outcome(plugin, value, None, time.perf_counter() - began)
