"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.snapshot.action import snapshot
from plugins.snapshot.settings import SnapshotSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Snapshots."""
    return [ActionSpec("snapshot", "Keep a picture", SnapshotSettings, snapshot)]
