"""`eyrie update FILE`: take up a signed update, or take it back when it does not come up well."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.configuration import configuration
from core.media.clock import SystemClock
from core.system import audit
from core.system.transfer.archive import ArchiveError
from core.system.transfer.restoring import keep_present
from core.trust.keys import KeyTrouble
from core.trust.store import TrustStore
from core.updates.archive import UpdateError
from core.updates.launcher import PATIENCE
from core.updates.staging import Prefix, begin, check, install, own_prefix, wait

ACTOR = "<command line>"


class Command(BaseCommand):
    """Signature, copy of the settings, installation beside, then the launcher: databases, start, health, or back."""

    help = "Take up a signed update; it is taken back when it does not come up well."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The update, and how to go about it."""
        parser.add_argument("archive", nargs="?", type=Path)
        parser.add_argument("--status", action="store_true", help="how far the last update came")
        parser.add_argument("--prefix", type=Path, help="the folder Eyrie is installed in; a new one for a checkout")
        parser.add_argument("--older", action="store_true", help="also an update that goes back")
        parser.add_argument("--index", action="store_true", help="take what the update does not hold from pip's index")
        parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds it has to come up well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError."""
        prefix = Prefix(options["prefix"].resolve()) if options["prefix"] else own_prefix()
        if prefix is None:
            raise CommandError("This Eyrie runs from a checkout: update it with git, or give --prefix to install it.")
        if options["status"] or options["archive"] is None:
            self._status(prefix)
            return
        try:
            self._update(prefix, options)
        except (UpdateError, KeyTrouble, ArchiveError) as error:
            raise CommandError(str(error)) from error

    def _update(self, prefix: Prefix, options: dict[str, Any]) -> None:
        trusted = TrustStore(configuration().data).by_fingerprint()
        manifest = check(options["archive"], prefix, trusted, older=options["older"])
        before, version = prefix.current, manifest.version
        self.stdout.write(
            f"Version {version} is signed by a trusted key; it is installed beside {before or 'nothing'} …"
        )
        install(options["archive"], manifest, prefix, index=options["index"])
        if before:
            kept = keep_present(SystemClock().wall_ms())
            self.stdout.write(f"The settings are kept in {kept}.")
            after = {"version": version, "settings": kept}
            audit.record(ACTOR, "update.begin", "eyrie:", before={"version": before}, after=after)
        told = begin(prefix, version, patience=options["patience"])
        if not before:
            self.stdout.write(f"Installed. Start it by: EYRIE_DATA={_data()} python3 {prefix.folder}/launcher.py")
        elif not told:
            self.stdout.write("No launcher runs; the update is taken up at the next start.")
        else:
            self._follow(prefix, options["patience"])

    def _follow(self, prefix: Prefix, patience: float) -> None:
        told = wait(prefix, self.stdout.write, patience + 7200)
        if told["state"] != "done":
            raise CommandError(f"Version {told['to']}: {told['state']}: {told.get('why')}. {prefix.current} runs.")
        self.stdout.write(f"Version {prefix.current} runs.")

    def _status(self, prefix: Prefix) -> None:
        told = prefix.journal.read()
        self.stdout.write(f"{prefix.folder}: version {prefix.current or 'none'}")
        if told:
            why = f" ({told['why']})" if told.get("why") else ""
            self.stdout.write(f"last update: {told.get('from', '?')} to {told.get('to')}: {told.get('state')}{why}")


def _data() -> str:
    return os.environ.get("EYRIE_DATA", str(configuration().data))
