"""`manage.py doctor`: every health check, as the portal shows them; exit code 1 when one fails."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.hookspecs.ops import Level
from core.pluginhost import UnknownName, host
from core.pluginhost.health import FixError, HealthChecks, HealthResult


class Command(BaseCommand):
    """Looks at cameras, storage, database, clock, plugins, keys and what plugins add."""

    help = "Run every health check; exit code 1 when one fails, 0 when all is well or only to be looked at."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """How to print; what to mend."""
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--fix", metavar="CHECK", help="mend what this check finds, such as core.keys")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run them."""
        checks = HealthChecks(host())
        if options["fix"]:
            try:
                checks.mend(options["fix"])
            except (FixError, UnknownName) as error:
                raise CommandError(str(error)) from error
        results = checks.run()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False))
        else:
            self._print(results)
        if any(result.level is Level.FAILED for result in results):
            sys.exit(1)

    def _print(self, results: list[HealthResult]) -> None:
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.FAILED: self.style.ERROR}
        for result in results:
            self.stdout.write(f"{styles[result.level](f'{result.level:<8}')} {result.title}: {result.summary}")
            if result.remedy:
                self.stdout.write(f"{'':<8} {result.remedy}")
            if result.fix:
                self.stdout.write(f"{'':<8} manage.py doctor --fix {result.plugin}.{result.name}")
