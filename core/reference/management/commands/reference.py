"""`manage.py reference [--check]`: writes `docs/reference/` and the snapshot of the plugin API from the code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.pluginhost import host, signatures
from core.pluginhost.discovery import discover
from core.reference.pages import pages

ROOT = Path(__file__).resolve().parents[4]


class Command(BaseCommand):
    """Make the reference, or check that it is current (exit code 1 when not)."""

    help = "Write docs/reference/ from the code; --check only compares."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Compare or write."""
        parser.add_argument("--check", action="store_true", help="compare only; exit code 1 when a page is stale")
        parser.add_argument("--print", action="store_true", help="print the pages of this very process as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["print"]:
            self.stdout.write(json.dumps(pages(host())))
            return
        made = {_place(name): text for name, text in _pages_of_all_plugins().items()}
        stale = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        if options["check"]:
            if stale:
                raise CommandError(f"{names}: not what the code says; run `manage.py reference`.")
            return
        _insist_on_a_new_version(made[signatures.SNAPSHOT])
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], "utf-8")
        self.stdout.write(names or "The reference is current.")


def _place(name: str) -> Path:
    return signatures.SNAPSHOT if name == signatures.SNAPSHOT.name else ROOT / "docs" / "reference" / name


def _pages_of_all_plugins() -> dict[str, str]:
    """The pages as a fresh installation with every plugin of the repository makes them: whatever is set up here."""
    names = [found.name for found in discover().values() if found.in_tree and not found.problem]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EYRIE_")}
    with tempfile.TemporaryDirectory() as data:
        environment |= {"EYRIE_DATA": data, "EYRIE_PLUGINS": ",".join(names), "EYRIE_STRICT_PLUGINS": "1"}
        command = [sys.executable, str(ROOT / "manage.py"), "reference", "--print"]
        result = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  # this program
    if result.returncode:
        raise CommandError(result.stderr.strip())
    made = json.loads(result.stdout)
    return {str(name): str(text) for name, text in made.items()}


def _insist_on_a_new_version(made: str) -> None:
    """The plugin API may not change under an old number. Before the first release one may remove the snapshot."""
    if not signatures.SNAPSHOT.exists():
        return
    old = signatures.SNAPSHOT.read_text("utf-8")
    if old != made and old.partition("\n")[0] == made.partition("\n")[0]:
        raise CommandError(
            "The plugin API changed but its version did not: raise API_VERSION in core/hookspecs/version.py."
        )
