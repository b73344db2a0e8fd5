"""`manage.py backup`: the process that copies recordings elsewhere. Normally started by `manage.py serve`."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand

from core.backup.runner import Runner
from core.lifeline import heart
from core.media.clock import SystemClock
from core.system.site import site

NICENESS = 10  # recording and watching go first


class Command(BaseCommand):
    """Copies until SIGTERM or SIGINT; what is under way goes on where it was when the next one starts."""

    help = "Copy recordings to the backup targets (started by `serve` when a plugin offers some)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Not in the handler itself: it interrupts this very thread, which may hold the event's lock.
            signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
        os.nice(NICENESS)
        clock = SystemClock()
        Runner(_site_zone, clock, stop, heart(options["heartbeat_fd"], clock)).run()


def _site_zone() -> ZoneInfo:
    return ZoneInfo(site().time_zone)
