"""`manage.py recorder`: one recorder process. Normally started by `manage.py serve`."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from core.configuration import configuration
from core.recorder.node import Node
from core.recorder.server import CannotListen


class Command(BaseCommand):
    """Records until SIGTERM or SIGINT."""

    help = "Record this process's share of the cameras (started by `serve`)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--index", type=int, default=0, help="number of this recorder, from 0")
        parser.add_argument("--of", type=int, default=1, help="how many recorders share the cameras")
        parser.add_argument("--heartbeat-fd", type=int, default=None, help="file descriptor to beat on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the recorder."""
        index, of = options["index"], options["of"]
        if not 0 <= index < of:
            raise CommandError(f"--index {index}: must be from 0 to {of - 1}, as --of is {of}.")
        _keep_connections()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                runner.run(_record(index, of, options["heartbeat_fd"]))
            except CannotListen as error:
                raise CommandError(str(error)) from error


async def _record(index: int, of: int, heartbeat_fd: int | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Node(configuration(), index, of).run(stop, heartbeat_fd)


def _keep_connections() -> None:
    """Cameras are asked for every second; to open the database anew each time cost 1.5 ms of CPU more, a third of what
    recording a camera does. A connection that has died is noticed before it is used again.
    """
    for alias in connections:
        connections.settings[alias] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
