"""`/ws/v1/cameras/{id}/ptz/`: moving a camera by hand, with as little delay as there can be.

The client sends orders (core.web.helm.orders), such as `{"op": "move", "pan": 0.5, "tilt": 0, "zoom": 0}`; a move is
said again at least every second while it is to go on. The server sends `{"op": "holder", "by", "mine", "locked",
"may_take"}` at first and whenever another person moves the camera or nobody does any more, `{"op": "done", "of",
"answer"}` when something that was ordered is done, a move aside, and `{"op": "error", "detail"}`. Orders sent while one
is carried out wait; more than MOST_WAITING end the connection. With the connection ends what it had moving.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async

from core.access.models import User
from core.cameras import steering
from core.cameras.steering import TOPIC, Hand, HeldBack
from core.events.publishing import GROUP
from core.hookspecs.cameras import ControlError
from core.web.helm.helm import Helm, helm_of
from core.web.helm.orders import Move, Order, OrderError, order_of
from core.web.socket.watchman import NOT_FOUND, Watchman
from core.web.speech import language_of, said

MAX_MESSAGE = 4096
MOST_WAITING = 32
FIRST = "camera.ptz_first"
MANAGE = "camera.manage"


class Steer(Watchman):
    """One client that may move one camera."""

    required = "camera.ptz"
    _orders: asyncio.Queue[Order]
    _helm: Helm | None = None

    @property
    def camera_id(self) -> int:
        """The camera of the URL."""
        return int(self.scope["url_route"]["kwargs"]["camera_id"])

    async def allowed(self) -> bool:
        """Whether this camera may be moved."""
        return await self.asked(self.rights.holds, self.required, self.camera_id)

    async def refused(self) -> bool:
        """A camera that one may not see is as one that does not exist."""
        if not await self.asked(self.rights.holds, "camera.view", self.camera_id):
            await self.close(NOT_FOUND, "No such camera.")
            return True
        return await super().refused()

    async def begin(self) -> None:
        """Say who moves it, and listen."""
        self._language = language_of(self.scope)
        self._name = await database_sync_to_async(_name_of)(self.rights.user_id)
        self._orders = asyncio.Queue(MOST_WAITING)
        self._helm = helm_of(self.camera_id)
        await self.channel_layer.group_add(GROUP + TOPIC, self.channel_name)
        found = await database_sync_to_async(steering.holder)(self.camera_id)
        await self._say_holder(steering.message_of(self.camera_id, found))
        self.run(self._obey())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One order."""
        try:
            order = order_of(json.loads((text_data or "")[:MAX_MESSAGE]))
        except OrderError as error:
            await self._say_error(str(error))
            return
        except ValueError:
            await self._say_error('Send an order in JSON, such as {"op": "stop"}.')
            return
        if order.manages and not await self.asked(self.rights.holds, MANAGE, self.camera_id):
            await self._say_error("Your rights do not reach here.")
            return
        try:
            self._orders.put_nowait(order)
        except asyncio.QueueFull:
            await self.close(NOT_FOUND, "The camera does not keep up.")

    async def disconnect(self, code: int) -> None:
        """What moves stops."""
        await super().disconnect(code)
        if self._helm is not None:
            await self.channel_layer.group_discard(GROUP + TOPIC, self.channel_name)
            with suppress(ControlError):  # it stops by itself
                await self._helm.still(await self._hand())

    async def topic_message(self, envelope: dict[str, Any]) -> None:
        """Somebody took a camera, or let go of it."""
        message = envelope["message"]
        if message["camera_id"] == self.camera_id:
            await self._say_holder(message)

    async def _obey(self) -> None:
        assert self._helm is not None  # noqa: S101  set before this begins
        while True:
            order = await self._next()
            try:
                answer = await self._helm.obey(await self._hand(), order, self._trouble)
            except (HeldBack, ControlError) as error:
                await self._say_error(str(error))
                continue
            if not isinstance(order, Move):
                await self.send(json.dumps({"op": "done", "of": getattr(order, "op", ""), "answer": answer}))

    async def _next(self) -> Order:
        """The next order; of several moves that wait one after the other the last alone."""
        order = await self._orders.get()
        while isinstance(order, Move) and not self._orders.empty():
            order = self._orders.get_nowait()
        return order

    async def _hand(self) -> Hand:
        first = await self.asked(self.rights.holds, FIRST, self.camera_id)
        return Hand(self.rights.user_id, self._name, first, (self.scope.get("client") or ("",))[0])

    def _trouble(self, sentence: str) -> None:
        self.run(self._say_error(sentence))

    async def _say_error(self, sentence: str) -> None:
        await self.send(json.dumps({"op": "error", "detail": said(sentence, self._language)}))

    async def _say_holder(self, message: dict[str, Any]) -> None:
        by, mine = message["by"], message["by_id"] == self.rights.user_id
        may_take = not by or mine or ((await self._hand()).first and not message["first"])
        body = {"op": "holder", "by": by, "mine": mine, "locked": message["locked"], "may_take": may_take}
        await self.send(json.dumps(body))


def _name_of(user_id: int) -> str:
    return User.objects.get(pk=user_id).get_username()
