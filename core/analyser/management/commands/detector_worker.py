"""`manage.py detector_worker`: the process in which one plugin's detectors run. Normally started by `serve`."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.analyser.worker import Worker, limit_memory
from core.configuration import configuration
from core.lifeline import heart
from core.media.clock import SystemClock

NICENESS = 5  # recording goes first
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Command(BaseCommand):
    """Looks until SIGTERM or SIGINT."""

    help = "Run the detectors of one plugin (started by `serve`)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("plugin", help="whose detectors")
        parser.add_argument("--heartbeat-fd", type=int, help="pipe to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look until told to stop; a signal ends at once, as nothing would be lost."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        for name in ONE_THREAD:
            os.environ.setdefault(name, "1")  # many small libraries would each start a thread a core
        os.nice(NICENESS)
        config = configuration()
        limit_memory(config.detector_memory * 1024 * 1024)
        beat = heart(options["heartbeat_fd"], SystemClock())
        Worker(options["plugin"], config.data, beat, lambda: False).run()
