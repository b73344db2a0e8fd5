"""`manage.py fsck`: do the volumes hold what the index says?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.hookspecs.storage import StorageError
from core.recording.checking import Check, Findings
from core.recording.volumes import open_volumes


class Command(BaseCommand):
    """Exit code 0 when all agree, 1 when something is wrong and was not mended."""

    help = "Compare the volumes with the index; --repair mends the index from the files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--repair", action="store_true", help="index what is missing, forget what is gone")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check every enabled volume."""
        volumes, broken = open_volumes()
        found: dict[str, Findings] = {}
        for volume in volumes:
            try:
                found[volume.name] = Check(volume, repair=options["repair"]).run()
            except StorageError as error:
                broken[volume.name] = str(error)
        if options["json"]:
            report = {name: asdict(findings) for name, findings in found.items()}
            self.stdout.write(json.dumps({"volumes": report, "broken": broken}))
        else:
            self._print(found)
        if broken:
            raise CommandError(" ".join(f"Volume {name}: {why}" for name, why in broken.items()))
        if not all(findings.clean for findings in found.values()):
            raise CommandError("The index and the volumes differ; `manage.py fsck --repair` mends the index.")

    def _print(self, found: dict[str, Findings]) -> None:
        for name, findings in found.items():
            counts = {key: value for key, value in asdict(findings).items() if isinstance(value, int)}
            self.stdout.write(f"{name}: " + ", ".join(f"{value} {key}" for key, value in counts.items()))
            for sentence in findings.sentences:
                self.stdout.write(f"  {sentence}")
