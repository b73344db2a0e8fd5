"""`manage.py secrets show|rotate`: the keys that encrypt stored passwords."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.media.clock import SystemClock
from core.system.keyring import SecretsError, keyring
from core.system.rotation import RotationError, lost, lost_sentence, rotate

ACTOR = "<command line>"


class Command(BaseCommand):
    """Eyrie may run meanwhile."""

    help = "Show the keys of stored passwords, or make a new one and encrypt everything with it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        parts = parser.add_subparsers(dest="act", required=True)
        parts.add_parser("show", help="which keys there are, and what cannot be read with them")
        parts.add_parser("rotate", help="make a new key; one that was interrupted is ended first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['act']}")()
        except (RotationError, SecretsError) as error:
            raise CommandError(str(error)) from error

    def _show(self) -> None:
        ring = keyring()
        for name in (*ring.older, ring.newest):
            made = ring.made_ms(name)
            when = f"{datetime.fromtimestamp(made / 1000, UTC):%Y-%m-%d}" if made else "unknown"
            self.stdout.write(f"{name}  made {when:<10}  {'encrypts' if name == ring.newest else 'only decrypts'}")
        if found := lost():
            raise CommandError(lost_sentence(found))

    def _rotate(self) -> None:
        done = rotate(SystemClock(), actor=ACTOR)
        begun = "begun before is ended" if done.resumed else "is done"
        self.stdout.write(f"The rotation {begun}: {done.resealed} secrets are encrypted with key {done.key} now.")
        for name in done.unreadable:
            self.stderr.write(self.style.WARNING(f"{name} holds a secret that was altered; enter it anew."))
        if found := lost():
            raise CommandError(lost_sentence(found))
