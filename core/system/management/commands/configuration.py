"""`manage.py configuration backup|restore`: all settings as one file, and back."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.system.transfer import safety
from core.system.transfer.archive import ArchiveError
from core.system.transfer.restoring import Change, Outcome, backup, optional_parts, restore

ACTOR = "<command line>"
_MARKS = {"added": "+", "changed": "~", "removed": "-"}


class Command(BaseCommand):
    """Cameras, schedules, users, rules and all other settings; recordings, events and tokens are not among them."""

    help = "Back up all settings into one file, or make them what such a file says."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        parts = parser.add_subparsers(dest="act", required=True)
        making = parts.add_parser("backup", help="write all settings into a file")
        making.add_argument("--without-secrets", action="store_true", help="leave passwords and keys out")
        making.add_argument("--include", action="append", default=[], help="an optional part, such as faces.persons")
        back = parts.add_parser("restore", help="make all settings what the file says")
        back.add_argument("--dry-run", action="store_true", help="only tell what would change")
        for part in (making, back):
            part.add_argument("file", type=Path)
            part.add_argument("--passphrase-file", type=Path, help="a file whose first line is the passphrase")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['act']}")(options)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error

    def _backup(self, options: dict[str, Any]) -> None:
        passphrase = "" if options["without_secrets"] else _passphrase(options, twice=True)
        self._check_included(options["include"])
        data = backup(passphrase, include=options["include"], actor=ACTOR)
        handle = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        what = "all of it encrypted" if passphrase else "not encrypted, secrets left out"
        self.stdout.write(f"{options['file']}: {len(data)} bytes, {what}.")
        for one in optional_parts():
            if one.key not in options["include"]:
                self.stdout.write(f"left out: {one.key} ({one.spec.title}); --include {one.key} keeps it")

    def _check_included(self, keys: list[str]) -> None:
        known = [one.key for one in optional_parts()]
        for key in keys:
            if key not in known:
                raise CommandError(f"--include: no optional part is called {key}; known: {', '.join(known) or 'none'}.")

    def _restore(self, options: dict[str, Any]) -> None:
        data = options["file"].read_bytes()
        try:
            outcome = restore(data, "", dry_run=options["dry_run"], actor=ACTOR)
        except ArchiveError as error:
            if error.field != "passphrase":
                raise
            outcome = restore(data, _passphrase(options), dry_run=options["dry_run"], actor=ACTOR)
        self._print(outcome, done=not options["dry_run"])

    def _print(self, outcome: Outcome, *, done: bool) -> None:
        for change in outcome.changes:
            self.stdout.write(_line(change))
            for name, (before, after) in change.fields.items():
                self.stdout.write(f"    {name}: {_short(before)} -> {_short(after)}")
        for name in outcome.unknown:
            self.stdout.write(self.style.WARNING(f"! {name} is not known here and is left out"))
        for name in outcome.left_out:
            self.stdout.write(self.style.WARNING(f"! {name}: its passwords are not in the file; enter them anew"))
        if outcome.kept:
            self.stdout.write(
                f"How it was before is kept in {safety.folder() / outcome.kept}; restore it like any file."
            )
        count = len(outcome.changes)
        self.stdout.write(f"{count} changes {'were made' if done else 'would be made; nothing was changed'}.")


def _line(change: Change) -> str:
    return f"{_MARKS[change.kind]} {change.title}: {change.name}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _passphrase(options: dict[str, Any], *, twice: bool = False) -> str:
    if options["passphrase_file"]:
        lines = options["passphrase_file"].read_text("utf-8").splitlines()
        return str(lines[0]) if lines else ""
    if not sys.stdin.isatty():
        raise CommandError("The passphrase is missing; give --passphrase-file, or --without-secrets for a backup.")
    given = getpass.getpass("Passphrase: ")
    if twice and getpass.getpass("Once more: ") != given:
        raise CommandError("The two passphrases differ; begin again.")
    return given
