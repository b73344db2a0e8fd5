"""`manage.py plugin_worker PLUGIN NAME --heartbeat-fd N`: one worker process of a plugin, as the supervisor runs it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.pluginhost import UnknownName, host
from core.pluginhost.workers import run_worker


class Command(BaseCommand):
    """Run one worker of a plugin until SIGTERM."""

    help = "Run one worker process of a plugin (the supervisor does)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which worker."""
        parser.add_argument("plugin")
        parser.add_argument("name")
        parser.add_argument("--heartbeat-fd", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit with the worker's code."""
        try:
            sys.exit(run_worker(host(), options["plugin"], options["name"], options["heartbeat_fd"]))
        except UnknownName as error:
            raise CommandError(str(error)) from error
