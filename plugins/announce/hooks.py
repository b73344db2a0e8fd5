"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.announce.action import announce
from plugins.announce.settings import AnnounceSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """An announcement."""
    return [ActionSpec("announce", "Play an announcement", AnnounceSettings, announce, timeout=180.0)]
