"""`manage.py plugins list|show|enable|disable|doctor|keygen|sign|verify`."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.hookspecs.ops import Level
from core.pluginhost import UnknownName, host
from core.pluginhost.health import HealthChecks, HealthResult
from core.pluginhost.management import signing
from core.pluginhost.records import PluginState
from core.pluginhost.report import plugin_detail, plugin_list
from core.pluginhost.selection import REFUSED
from core.pluginhost.switches import Switches

RESTART = "restart Eyrie for it to take effect."
BAD = REFUSED


class Command(BaseCommand):
    """Look after plugins. `doctor` exits with 1 when something failed, `verify` as it says."""

    help = "List, show, enable and disable plugins; doctor checks that they work. Sign them, and verify signatures."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        parts = parser.add_subparsers(dest="act", required=True)
        listing = parts.add_parser("list", help="all plugins and their states")
        showing = parts.add_parser("show", help="one plugin: what it contributes and what fails")
        doctor = parts.add_parser("doctor", help="run the health checks of all plugins")
        for part in (listing, showing, doctor):
            part.add_argument("--json", action="store_true", help="print JSON")
        parts_by_name = {
            "enable": parts.add_parser("enable", help="switch a plugin on, and end its quarantine"),
            "disable": parts.add_parser("disable", help="switch a plugin off"),
        }
        for part in (showing, *parts_by_name.values()):
            part.add_argument("plugin")
        signing.add_arguments(parts)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['act']}")(options)
        except UnknownName as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        rows = plugin_list(host())
        if options["json"]:
            self._json(rows)
            return
        for row in rows:
            state = self._coloured(row["state"], f"{row['state']:<12}")
            self.stdout.write(f"{row['name']:<20} {state} {row['version'] or '-':<10} {row['title'] or row['source']}")
            if row["error"] or row["doubt"]:
                self.stdout.write(f"{'':<20} {row['error'] or row['doubt']}")
        if not rows:
            self.stdout.write("No plugins are installed.")

    def _show(self, options: dict[str, Any]) -> None:
        detail = plugin_detail(host(), options["plugin"])
        if options["json"]:
            self._json(detail)
            return
        self.stdout.write(f"{detail['name']} {detail['version']}  {self._coloured(detail['state'])}")
        for key in ("title", "summary", "source", "module", "requires_api", "trust", "signer", "doubt", "error"):
            if detail[key]:
                self.stdout.write(f"{key + ':':<14} {detail[key]}")
        for one in detail["contributes"]:
            self.stdout.write(f"{'contributes:':<14} {one['family']} {one['name']}")
        for what, why in detail["failing"].items():
            self.stdout.write(f"{'failing:':<14} {what}: {why}")

    def _enable(self, options: dict[str, Any]) -> None:
        name = self._known(options["plugin"])
        Switches(settings.CONFIG.data).enable(name)
        if name in settings.CONFIG.plugins_disabled:
            raise CommandError(f"{name} stays off as long as EYRIE_PLUGINS_DISABLED names it; take it out there.")
        self.stdout.write(f"{name} is enabled; {RESTART}")

    def _disable(self, options: dict[str, Any]) -> None:
        name = self._known(options["plugin"])
        Switches(settings.CONFIG.data).disable(name)
        self.stdout.write(f"{name} is disabled; {RESTART}")

    def _keygen(self, options: dict[str, Any]) -> None:
        signing.keygen(options, self.stdout.write)

    def _sign(self, options: dict[str, Any]) -> None:
        signing.sign(options, self.stdout.write)

    def _verify(self, options: dict[str, Any]) -> None:
        code = signing.verify(options, self.stdout.write)
        if code:
            sys.exit(code)

    def _doctor(self, options: dict[str, Any]) -> None:
        plugins = plugin_list(host())
        results = HealthChecks(host()).run()
        bad = [row for row in plugins if row["state"] in BAD]
        if options["json"]:
            self._json({"plugins": plugins, "checks": [_plain(result) for result in results]})
        else:
            self._print_doctor(plugins, results)
        if bad or any(result.level is Level.FAILED for result in results):
            sys.exit(1)

    def _print_doctor(self, plugins: list[dict[str, Any]], results: list[HealthResult]) -> None:
        for row in plugins:
            if row["error"]:
                self.stdout.write(f"{self._coloured(row['state'])} {row['name']}: {row['error']}")
        for result in results:
            self.stdout.write(f"{self._coloured(result.level)} {result.plugin}.{result.name}: {result.summary}")
        self.stdout.write(f"{len(results)} checks of {len(plugins)} plugins.")

    def _known(self, name: str) -> str:
        plugin_detail(host(), name)
        return name

    def _json(self, value: object) -> None:
        self.stdout.write(json.dumps(value, indent=2, ensure_ascii=False))

    def _coloured(self, word: str, text: str = "") -> str:
        if word in (*BAD, Level.FAILED):
            return self.style.ERROR(text or word)
        if word in (PluginState.DEGRADED, Level.WARNING):
            return self.style.WARNING(text or word)
        return self.style.SUCCESS(text or word) if word in (PluginState.LOADED, Level.OK) else text or word


def _plain(result: HealthResult) -> dict[str, Any]:
    return {
        "plugin": result.plugin,
        "name": result.name,
        "title": result.title,
        "level": str(result.level),
        "summary": result.summary,
        "seconds": round(result.seconds, 3),
    }
