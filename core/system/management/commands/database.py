"""`manage.py database copy|back FOLDER`: the databases as a whole, as an update that is taken back needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.system.database_copy import CopyError, copy, put_back


class Command(BaseCommand):
    """Run it only while Eyrie does not: what is written meanwhile would be lost."""

    help = "Copy all databases into a folder, or put them back. Only while Eyrie does not run."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and where."""
        parser.add_argument("act", choices=("copy", "back"))
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            (copy if options["act"] == "copy" else put_back)(options["folder"])
        except CopyError as error:
            raise CommandError(str(error)) from error
