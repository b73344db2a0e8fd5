"""`manage.py web`: the web server."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core.lifeline import beat_forever
from core.viewings.keeping import kept
from core.web import history, recorders
from core.web.asgi import application

GRACE = 2  # seconds that open requests have to finish at a stop


class BeatingServer(uvicorn.Server):
    """Beats once it answers requests, and from its event loop, so that one that hangs is noticed."""

    def __init__(self, config: uvicorn.Config, heartbeat_fd: int | None) -> None:
        super().__init__(config)
        self._heartbeat_fd = heartbeat_fd
        self._work: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn; the server listens when it returns."""
        await super().startup(sockets)
        self._work = [asyncio.create_task(history.keep(await recorders.client()))]
        if self._heartbeat_fd is not None:
            self._work.append(asyncio.create_task(beat_forever(self._heartbeat_fd)))


class Command(BaseCommand):
    """Serves portal, REST and websockets. `serve` runs it; by hand it binds EYRIE_HOST and EYRIE_PORT itself."""

    help = "Run the web server alone (normally started by `serve`)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--listen-fd", type=int, help="a listening socket instead of host and port")
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        config = _config()
        with kept(), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(BeatingServer(config, options["heartbeat_fd"]).serve(_sockets(options["listen_fd"])))


def _sockets(listen_fd: int | None) -> list[socket.socket] | None:
    return None if listen_fd is None else [socket.socket(fileno=listen_fd)]


def _config() -> uvicorn.Config:
    # Deflate costs a third of a core with a few viewers and gains nothing on video; Django knows no lifespan.
    return uvicorn.Config(
        application,
        host=settings.CONFIG.host,
        port=settings.CONFIG.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
