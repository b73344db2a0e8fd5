"""`manage.py exporter`: the process that makes exports. Normally started by `manage.py serve`."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand

from core.configuration import configuration
from core.exports.exporter import Exporter
from core.exports.services import exports_folder
from core.exports.signing import signer
from core.lifeline import heart
from core.media.clock import SystemClock
from core.system.site import site

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
            # Not in the handler itself: it interrupts this very thread, which may hold the event's lock.
            signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
        os.nice(NICENESS)
        clock = SystemClock()
        days = configuration().export_days
        beating = heart(options["heartbeat_fd"], clock)
        Exporter(exports_folder(), signer, _site_zone, days, clock, stop, beating).run()


def _site_zone() -> ZoneInfo:
    return ZoneInfo(site().time_zone)
