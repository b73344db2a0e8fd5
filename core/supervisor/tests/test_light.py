"""The fork server loads no library that only detectors need: all other processes would carry it along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("cv2", "onnxruntime", "scipy", "shapely", "rapidocr")
SCRIPT = """
import os, sys, django
django.setup()
from django.core.management import get_commands, load_command_class
for name in ("recorder", "web", "worker", "exporter", "backup", "analyser", "detector_worker", "plugin_worker"):
    load_command_class(get_commands()[name], name)
print(*(name for name in {heavy} if name in sys.modules))
"""


def test_what_all_processes_share_has_no_library_of_detectors(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EYRIE_")}
    settings = {"EYRIE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "core.settings"}
    found = subprocess.run(  # its own process: this one has long loaded them
        [sys.executable, "-c", SCRIPT.format(heavy=HEAVY)],
        env=kept | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert found.stdout.split() == []
