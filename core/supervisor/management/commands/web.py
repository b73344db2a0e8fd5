"""`manage.py web`: the web server."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from uvicorn.config import Config
from uvicorn.server import Server

from core.lifeline import beat_forever
from core.transport.context import ServedContext
from core.transport.place import CertificateError
from core.viewings.keeping import kept
from core.web import history, recorders
from core.web.asgi import application
from core.web.redirecting import redirect
from core.web.serving import https_context, keep_certificate, server_config


class BeatingServer(Server):
    """Beats once it answers requests, and from its event loop, so that one that hangs is noticed."""

    def __init__(self, config: Config, served: ServedContext | None, heartbeat_fd: int | None) -> None:
        super().__init__(config)
        self._served = served
        self._heartbeat_fd = heartbeat_fd
        self._work: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn; the server listens when it returns."""
        await super().startup(sockets)
        self._work = [asyncio.create_task(history.keep(await recorders.client()))]
        if self._served is not None:
            self._work.append(asyncio.create_task(self._secure(self._served)))
        if self._heartbeat_fd is not None:
            self._work.append(asyncio.create_task(beat_forever(self._heartbeat_fd)))

    async def _secure(self, served: ServedContext) -> None:
        config = settings.CONFIG
        # Kept by this task: whoever holds no server of asyncio's has none.
        plain = config.redirect_port and await redirect(config.host, config.redirect_port, config.port)
        try:
            await keep_certificate(served, config)
        finally:
            if plain:
                plain.close()


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
        try:
            served = https_context(settings.CONFIG)
        except CertificateError as error:
            raise CommandError(str(error)) from error
        config = server_config(application, settings.CONFIG, served)
        with kept(), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(BeatingServer(config, served, options["heartbeat_fd"]).serve(_sockets(options["listen_fd"])))


def _sockets(listen_fd: int | None) -> list[socket.socket] | None:
    return None if listen_fd is None else [socket.socket(fileno=listen_fd)]
