"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.run_export.action import export
from plugins.run_export.settings import ExportSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Exports."""
    return [ActionSpec("run_export", "Export the recording", ExportSettings, export)]
