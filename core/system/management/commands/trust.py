"""`manage.py trust list|add|remove`: whose code may run here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.system.trust import distrust, trust, trusted_keys
from core.trust.keys import KeyTrouble, public_key

ACTOR = "<command line>"


class Command(BaseCommand):
    """Keys that sign plugins and updates. What changes counts from the next start on."""

    help = "List, add and remove the keys that plugins and updates may be signed by."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        parts = parser.add_subparsers(dest="act", required=True)
        parts.add_parser("list", help="names, fingerprints and owners")
        adding = parts.add_parser("add", help="trust a key")
        adding.add_argument("name", help="what it is called here")
        adding.add_argument("file", type=Path, help="the public key, a .pub file")
        adding.add_argument("--fingerprint", help="as its owner told it by another way; asked for without it")
        removing = parts.add_parser("remove", help="trust a key no longer")
        removing.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['act']}")(options)
        except (KeyTrouble, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error

    def _list(self, options: dict[str, Any]) -> None:
        for name, key in trusted_keys().items():
            self.stdout.write(f"{name:<20} {key.fingerprint}  {key.name}")

    def _add(self, options: dict[str, Any]) -> None:
        line = options["file"].read_text("utf-8")
        fingerprint = public_key(line).fingerprint
        told = options["fingerprint"]
        if told is None:
            told = input(f"Fingerprint {fingerprint}\nType it as its owner told it by another way: ")
        if told.strip() != fingerprint:
            raise CommandError(f"The key's fingerprint is {fingerprint}, not what was told; nothing was added.")
        trust(options["name"], line, actor=ACTOR)
        self.stdout.write(f"{options['name']} is trusted from the next start on.")

    def _remove(self, options: dict[str, Any]) -> None:
        distrust(options["name"], actor=ACTOR)
        self.stdout.write(f"{options['name']} is trusted no longer, from the next start on.")
