"""Starts of Eyrie in a process of their own, with a data directory and installed plugins of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.contracts.sources import ROOT


class Start:
    """Commands of one installation below `root`; plugins are installed into `root/site`."""

    def __init__(self, root: Path, *sites: Path, manage: Path = ROOT / "manage.py") -> None:
        self.site = root / "site"
        self.site.mkdir(exist_ok=True)
        self.data = root / "data"
        self._manage = manage
        self._sites = (self.site, *sites)

    def run(self, *arguments: str, plugins: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """`manage.py …`; settings are EYRIE_ variables without their prefix."""
        return self._process([str(self._manage), *arguments], plugins, settings)

    def python(self, code: str, plugins: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Python code after `django.setup()`."""
        setup = "import os, sys; sys.path.insert(0, os.getcwd())\n"
        setup += "os.environ['DJANGO_SETTINGS_MODULE'] = 'core.settings'\nimport django; django.setup()\n"
        return self._process(["-c", setup + code], plugins, settings)

    def states(self, plugins: str | None = None, **settings: str) -> dict[str, dict[str, Any]]:
        """`plugins list --json` by name."""
        result = self.run("plugins", "list", "--json", plugins=plugins, **settings)
        assert result.returncode == 0, result.stderr
        return {row["name"]: row for row in json.loads(result.stdout)}

    def _process(
        self, arguments: list[str], plugins: str | None, settings: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("EYRIE_")}
        environment |= {"EYRIE_DATA": str(self.data), "PYTHONPATH": os.pathsep.join(map(str, self._sites))}
        environment |= {f"EYRIE_{key.upper()}": value for key, value in settings.items()}
        if plugins is not None:
            environment["EYRIE_PLUGINS"] = plugins
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self._manage.parent,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
