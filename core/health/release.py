"""Which Eyrie runs, and is it the one that is installed?"""

from __future__ import annotations

import platform

from core.hookspecs.ops import Health, Level
from core.system.release import ROOT, release, release_of


def check() -> Health:
    """After an update the old code runs until Eyrie is restarted."""
    runs, installed = release(), release_of(ROOT)
    if runs != installed:
        summary = f"Eyrie {runs} runs, but {installed} is installed."
        return Health(Level.WARNING, summary, "Restart Eyrie to take the update up.")
    return Health(Level.OK, f"Eyrie {runs} on Python {platform.python_version()}.")
