"""The queue: a SQLite file of its own on one machine, Redis on several."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast

from django.db import close_old_connections
from huey import Huey, PriorityRedisHuey, SqliteHuey, crontab

from core.configuration import Configuration, configuration

P = ParamSpec("P")
R = TypeVar("R")


def make_queue(config: Configuration) -> Huey:
    """The queue of an installation. Results are not kept: whoever needs one writes it to the database."""
    if config.redis_url is not None:
        return PriorityRedisHuey("eyrie", url=config.redis_url.get_secret_value(), immediate=False, results=False)
    # Without fsync a power cut may lose the newest tasks, never the file (WAL); periodic tasks look after lost work.
    filename = str(config.data / "queue.sqlite3")
    return SqliteHuey("eyrie", filename=filename, fsync=False, immediate=False, results=False)


@cache
def queue() -> Huey:
    """This process's queue, opened when first used."""
    found = make_queue(configuration())
    found.pre_execute()(_fresh_connections)
    found.post_execute()(_close_connections)
    return found


def _fresh_connections(task: Any) -> None:
    close_old_connections()


def _close_connections(task: Any, value: Any, error: BaseException | None) -> None:
    close_old_connections()


def task(
    retries: int = 0, retry_delay: int = 0, priority: int | None = None
) -> Callable[[Callable[P, R]], Callable[P, None]]:
    """Make calls of a function durable: they return at once, and the worker does the work.

    retries: further attempts after an exception; retry_delay: seconds between them; higher priority goes first.
    Arguments are pickled: pass ids and plain values.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, None]:
        made = queue().task(retries=retries, retry_delay=retry_delay, priority=priority)(function)
        return cast(Callable[P, None], made)

    return wrap


def every_minute(minutes: str = "*") -> Callable[[Callable[[], R]], Callable[[], None]]:
    """Have the worker call a function by the clock. minutes: which ones of the hour, as in cron ("*", "*/5", "0,30").

    A run still going on when the next is due delays it: the function must be quick or end itself.
    """

    def wrap(function: Callable[[], R]) -> Callable[[], None]:
        return cast(Callable[[], None], queue().periodic_task(crontab(minute=minutes))(function))

    return wrap
