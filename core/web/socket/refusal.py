"""Websocket addresses that do not exist."""

from __future__ import annotations

from core.web.socket.watchman import NOT_FOUND, Watchman


class Refusal(Watchman):
    """Says so with a close code, to the signed-in."""

    required = "signed in"

    async def allowed(self) -> bool:
        """To be told so takes nothing more."""
        return True

    async def begin(self) -> None:
        """Close."""
        await self.close(NOT_FOUND, "There is nothing at this address.")
