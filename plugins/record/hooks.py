"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.record.action import record
from plugins.record.settings import RecordSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Recording."""
    return [ActionSpec("record", "Record a camera", RecordSettings, record)]
