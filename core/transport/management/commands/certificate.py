"""`manage.py certificate show|install|renew`: what browsers are shown."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.configuration import Configuration
from core.media.clock import SystemClock
from core.system.site import site
from core.transport.certificate import Certificate
from core.transport.names import own_names
from core.transport.place import CertificateError, served
from core.transport.services import install, renew

ACTOR = "<command line>"


class Command(BaseCommand):
    """A running Eyrie takes a new certificate up within seconds, and what is open stays open."""

    help = "Show the portal's certificate, install your own, or have Eyrie make one of its own anew."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        parts = parser.add_subparsers(dest="act", required=True)
        parts.add_parser("show", help="what it is for, until when, and its fingerprint")
        parts.add_parser("renew", help="make one of Eyrie's own, for this machine's names and addresses")
        own = parts.add_parser("install", help="install your own")
        own.add_argument(
            "files", nargs="+", type=Path, help="PEM files with certificate, chain and key, or one PKCS#12"
        )
        own.add_argument("--password-file", type=Path, help="a file whose first line is the key's password")
        own.add_argument("--accept", action="store_true", help="install it despite doubts, such as another host's name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['act']}")(settings.CONFIG, options)
        except CertificateError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error

    def _show(self, config: Configuration, options: dict[str, Any]) -> None:
        found = served(config.data)
        if found is None:
            raise CommandError(
                "There is no certificate yet; `certificate renew` or the next start with HTTPS makes one."
            )
        self._print(found)

    def _renew(self, config: Configuration, options: dict[str, Any]) -> None:
        self._print(renew(config, SystemClock(), actor=ACTOR, site_address=site().address))

    def _install(self, config: Configuration, options: dict[str, Any]) -> None:
        data = b"\n".join(path.read_bytes() for path in options["files"])
        hosts, clock = own_names(config, site().address), SystemClock()
        password = options["password_file"].read_text("utf-8").split("\n", 1)[0] if options["password_file"] else ""
        asked = {"hosts": hosts, "accept": options["accept"], "actor": ACTOR}
        try:
            outcome = install(config, clock, data, password, **asked)
        except CertificateError as error:
            if error.field != "password" or password or not sys.stdin.isatty():
                raise
            outcome = install(config, clock, data, getpass.getpass("Password of the key: "), **asked)
        for doubt in outcome.doubts:
            self.stderr.write(self.style.WARNING(doubt))
        if not outcome.in_place:
            raise CommandError("Nothing was changed; add --accept to install it all the same.")
        self._print(outcome.certificate)

    def _print(self, found: Certificate) -> None:
        left = found.days_left(SystemClock().wall_ms())
        whose = "Eyrie's own" if found.made_here else f"issued by {found.issuer}"
        self.stdout.write(f"for          {', '.join(found.names)}")
        self.stdout.write(f"{'':<12} {whose}, {found.key}, {found.chain} in the chain")
        self.stdout.write(f"until        {_day(found.not_after_ms)} ({left} days)")
        self.stdout.write(f"fingerprint  {found.fingerprint} (SHA-256)")


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"
