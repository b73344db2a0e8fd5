"""`manage.py exporter`: the process that makes exports. Normally started by `manage.py serve`."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.configuration import configuration
from core.exports.exporter import Exporter
from core.exports.services import exports_folder
from core.exports.signing import signer
from core.lifeline import beat
from core.media.clock import SystemClock

NICENESS = 10  # recording and watching go first


class Command(BaseCommand):
    """Makes exports until SIGTERM or SIGINT; one under way is begun anew by the next exporter."""

    help = "Make the exports that wait (started by `serve`)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        os.nice(NICENESS)
        zone = timezone.get_default_timezone
        show_life = _beats(options["heartbeat_fd"])
        days = configuration().export_days
        Exporter(exports_folder(), signer, zone, days, SystemClock(), stop, show_life).run()


def _beats(fd: int | None) -> Any:
    if fd is None:
        return lambda: None
    os.set_blocking(fd, False)
    return partial(beat, fd)
