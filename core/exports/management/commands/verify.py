"""`manage.py verify FILE`: is an export as it was made? The same as the stand-alone core/exports/verify.py."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.configuration import configuration
from core.exports.signing import FILE, KeyTrouble, load
from core.exports.verify import NotAnExport, check, key_of


class Command(BaseCommand):
    """Exit code 0: as it was made; 1: altered; 2: not an export. Expects this installation's key without --key."""

    help = "Say whether an export is as it was made, and which bytes were altered."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("file", type=Path, help="the ZIP archive")
        parser.add_argument("--key", default="", help="fingerprint or public key of another installation")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check it."""
        try:
            report = check(options["file"], key_of(options["key"]) or self._own_key())
        except (NotAnExport, KeyTrouble) as error:
            raise CommandError(str(error), returncode=2) from error
        for sentence in report.sentences():
            self.stdout.write(sentence)
        if not report.intact:
            sys.exit(1)

    def _own_key(self) -> str:
        path = configuration().data / FILE
        return load(path).fingerprint if path.exists() else ""
