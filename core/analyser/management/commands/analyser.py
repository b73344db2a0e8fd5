"""`manage.py analyser`: decodes what detectors look at. Normally started by `manage.py serve`."""

from __future__ import annotations

import asyncio
import os
import signal
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from core.analyser.node import Node
from core.configuration import configuration

NICENESS = 5  # recording goes first


class Command(BaseCommand):
    """Analyses until SIGTERM or SIGINT."""

    help = "Decode what detectors look at, and keep what they see (started by `serve` when a plugin offers some)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the analyser."""
        os.nice(NICENESS)
        for alias in connections:  # to open the database anew for each question costs more than the question
            connections.settings[alias] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                runner.run(_analyse(options["heartbeat_fd"]))
            except OSError as error:
                raise CommandError(
                    f"The analyser's sockets cannot be made ({error}); let the user Eyrie runs as write to its data."
                ) from error


async def _analyse(heartbeat_fd: int | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Node(configuration()).run(stop, heartbeat_fd)
