"""`manage.py serve`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from core.supervisor.main import main


class Command(BaseCommand):
    """Listed here for `manage.py help`; manage.py itself runs it without loading Django into the supervisor."""

    help = "Start Eyrie: web, recorders, worker and plugin workers, watched and restarted. Ctrl-C stops everything."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        sys.exit(main([]))
