"""The rules' part of the worker process: a thread that decides about events, and the deliverer of what fires.

New events wake it through the channel layer, which may lose a message; so it also looks by itself every second.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from channels.layers import get_channel_layer
from django.db import DatabaseError, connections

from core.configuration import configuration
from core.events.publishing import GROUP
from core.events.services import RECORDED
from core.media.clock import Clock
from core.rules.context import PictureAt
from core.rules.deciding import Decider
from core.rules.deliverer import Deliverer
from core.rules.services import WAKE

LOOK_S = 1.0
log = logging.getLogger("eyrie.rules")


class RulesWorker:
    """Works from `start` to `stop`."""

    def __init__(self, clock: Clock, picture_at: PictureAt) -> None:
        self._decider = Decider(clock)
        self._deliverer = Deliverer(clock, picture_at)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._decide, name="rules", daemon=True),
            threading.Thread(target=self._listen, name="rules-ear", daemon=True),
        ]

    def start(self) -> None:
        """Begin."""
        self._deliverer.start()
        for thread in self._threads:
            thread.start()

    def alive(self) -> bool:
        """Whether it decides and delivers; without an ear it is slower, no more."""
        return self._threads[0].is_alive() and self._deliverer.alive()

    def stop(self) -> None:
        """End; what is under way is taken over by the next worker."""
        self._stopping.set()
        self._wake.set()
        self._threads[0].join(5)
        self._deliverer.stop()

    def _decide(self) -> None:
        reachable = True
        while not self._stopping.is_set():
            self._wake.clear()
            more = False
            try:
                decided = self._decider.decide()
                more = decided.full
                if decided.fired:
                    self._deliverer.wake()
                reachable = True
            except DatabaseError as error:
                if reachable:
                    log.warning("the database does not answer: %s; events wait for it", error)
                reachable = False
                connections.close_all()
            if not more:
                self._wake.wait(LOOK_S)
        connections.close_all()

    def _listen(self) -> None:
        away = _unreachable()
        while not self._stopping.is_set():
            try:
                asyncio.run(self._hear())
            except away as error:
                log.info("new events do not wake the rules at once, which look each second: %s", error)
                self._stopping.wait(LOOK_S)

    async def _hear(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel("rules")
        for group in (GROUP + RECORDED, WAKE):
            await layer.group_add(group, channel)
        while not self._stopping.is_set():
            message = await layer.receive(channel)
            self._wake.set()
            if message.get("type") == "rules.deliver":
                self._deliverer.wake()


def _unreachable() -> tuple[type[Exception], ...]:
    """What the channel layer raises when it is away."""
    if configuration().redis_url is None:
        return (OSError,)
    from redis.exceptions import RedisError  # Redis only where it is used

    return (OSError, RedisError)
