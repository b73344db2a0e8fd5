"""`manage.py audit verify|key|status`: what can be said for certain about the audit log."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from core.api import SystemClock
from core.api.services import data_directory
from plugins.audit.chain import waiting
from plugins.audit.exported import NoExport, verify_export
from plugins.audit.models import Cursor, Head
from plugins.audit.signing import KeyTrouble, load, public_key
from plugins.audit.stored import Verdict, verify

SHOWN = 50_000


class Command(BaseCommand):
    """The audit log's chain."""

    help = "Verifies the audit log or an export of it; shows the public key; tells where the chain stands."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand each."""
        actions = parser.add_subparsers(dest="does", required=True)
        check = actions.add_parser("verify", help="walk along the chain; exit code 1 when something is wrong")
        check.add_argument("--from", dest="first", type=int, metavar="NUMBER", help="first entry to look at")
        check.add_argument("--to", dest="last", type=int, metavar="NUMBER", help="last entry to look at")
        check.add_argument(
            "--key", action="append", type=Path, default=[], metavar="FILE", help="public key in PEM; may be repeated"
        )
        check.add_argument("--file", type=Path, metavar="EXPORT", help="an export (JSON lines, .gz too), not the log")
        actions.add_parser("key", help="print the public key in PEM, and its fingerprint as a comment")
        actions.add_parser("status", help="how long the chain is, what waits, how far the sinks are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand; what is wrong with a key becomes one sentence."""
        try:
            getattr(self, f"_{options['does']}")(options)
        except KeyTrouble as error:
            raise CommandError(str(error)) from error

    def _verify(self, options: dict[str, Any]) -> None:
        keys = [_read_key(path) for path in options["key"]]
        if options["file"] is not None:
            verdict = _verify_file(options["file"], keys)
        else:
            if not keys:
                keys = [load(data_directory()).public]
            first, last = options["first"], options["last"]
            verdict = verify(data_directory(), keys, SystemClock(), first, last, self._tell)
        self._show(verdict)

    def _tell(self, number: int) -> None:
        if number % SHOWN == 0:
            self.stderr.write(f"{number} entries so far")

    def _show(self, verdict: Verdict) -> None:
        for note in verdict.notes:
            self.stdout.write(f"Note: {note}")
        if verdict.waiting:
            self.stdout.write(f"Note: {verdict.waiting} entries wait for their link.")
        if verdict.findings:
            for finding in verdict.findings:
                self.stdout.write(finding[0].upper() + finding[1:])
            raise CommandError(f"The audit log is not as it was written: {verdict.findings[0]}", returncode=1)
        where = f"entries {verdict.first} to {verdict.last}" if verdict.entries else "no entries"
        signed = f", signed up to {verdict.covered}" if verdict.covered else ""
        self.stdout.write(f"Nothing is wrong with {where} ({verdict.checkpoints} signatures checked{signed}).")

    def _key(self, options: dict[str, Any]) -> None:
        signer = load(data_directory())
        self.stdout.write(f"# {signer.fingerprint}\n{signer.pem}", ending="")

    def _status(self, options: dict[str, Any]) -> None:
        head = Head.objects.first()
        self.stdout.write(f"linked: {head.number if head else 0}")
        self.stdout.write(f"waiting: {waiting()[0]}")
        for cursor in Cursor.objects.order_by("sink"):
            self.stdout.write(f"{cursor.sink}: has {cursor.number}{'; ' + cursor.error if cursor.error else ''}")


def _read_key(path: Path) -> bytes:
    try:
        return public_key(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _verify_file(path: Path, keys: list[bytes]) -> Verdict:
    try:
        with _opened(path) as file:
            return verify_export(file, keys)
    except (OSError, EOFError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
    except NoExport as error:
        raise CommandError(f"{path}: {error}", returncode=1) from error


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")
