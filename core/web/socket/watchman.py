"""What every websocket of ours does: know who is there, and see every few seconds that they still may be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from core.access.rights import Rights
from core.web.identity import Credential, credential
from core.web.socket.seats import SEATS
from core.web.speech import language_of, said

log = logging.getLogger("eyrie.web.socket")

CHECK_SECONDS = 10.0
FAILED = 1011
UNAUTHENTICATED = 4401
FORBIDDEN = 4403
NOT_FOUND = 4404
TOO_MANY = 4429
RECORDER_SILENT = 4503
MOST_REASON = 123  # bytes of a close frame's reason


class Watchman(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A websocket of a signed-in user. Close codes: 4401 not signed in (any more), 4403 no right, 4404 no such thing,
    4429 too many at once.

    The credential is looked at again every CHECK_SECONDS, so that a revoked token or grant ends the stream soon.
    """

    required: ClassVar[str]
    check_seconds: ClassVar[float] = CHECK_SECONDS
    rights: Rights
    _credential: Credential
    _tasks: set[asyncio.Task[None]]
    _left = _closed = False
    _seated: int | None = None  # the user whose connections this one is counted among

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Called once a connection; whichever way it ends, it is counted no more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._seated is not None:
                SEATS.leave(self._seated)

    async def connect(self) -> None:
        """Accept whoever may; refusals are sent as close codes after accepting, as browsers hide the HTTP status."""
        self._tasks = set()
        await self.accept()
        found = credential(self.scope)
        if found is None or not await self._renewed(found):
            await self.close(UNAUTHENTICATED, "Sign in first.")
            return
        self._credential = found
        if await self.refused():
            return
        if not SEATS.take(self.rights.user_id):
            await self.close(TOO_MANY, "You have too many connections open; close other windows.")
            return
        self._seated = self.rights.user_id
        self.run(self._watch())
        await self.begin()

    async def begin(self) -> None:
        """Start the stream; the user may."""

    async def allowed(self) -> bool:
        """Whether the user's present rights still carry this connection."""
        raise NotImplementedError

    async def refused(self) -> bool:
        """Close with FORBIDDEN unless `allowed`."""
        if await self.allowed():
            return False
        await self.close(FORBIDDEN, "Your rights do not reach here.")
        return True

    async def disconnect(self, code: int) -> None:
        """End what this connection began."""
        await self._end_tasks()

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        """One message to the client. Raises OSError when it has left, as ASGI 2.4 says; `disconnect` follows."""
        try:
            await super().send(text_data, bytes_data, close)
        except OSError:
            self._left = True
            raise

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Say goodbye; what else this connection does ends first, since nothing may be sent after.

        reason: in English; it is sent in the reader's language, cut to what a close frame holds (RFC 6455, 5.5).
        """
        self._closed = True
        await self._end_tasks()
        told = said(reason or "", language_of(self.scope)).encode()[:MOST_REASON].decode("utf-8", "ignore")
        await super().close(code, told or None)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Called with what the client sends, which may have crossed our goodbye."""
        if not self._closed:
            await super().websocket_receive(message)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine for as long as the connection lasts. One that fails ends it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._left:
            log.error("A websocket's work failed: %s", self.scope["path"], exc_info=error)
            self.run(self.close(FAILED, "The server failed; its log says how."))

    async def _end_tasks(self) -> None:
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def asked(self, question: Any, *arguments: Any) -> bool:
        """A question to the rights: in a thread when plugins vote, since theirs may block."""
        if self.rights.vote is None:
            return bool(question(*arguments))
        return bool(await sync_to_async(question)(*arguments))

    async def _renewed(self, held: Credential) -> bool:
        found = await database_sync_to_async(held.rights)()
        if found is not None:
            self.rights = found
        return found is not None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.check_seconds)
            if not await self._renewed(self._credential):
                await self.close(UNAUTHENTICATED, "Your session or token has ended; sign in again.")
                return
            if await self.refused():
                return
