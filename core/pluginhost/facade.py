"""Typed calls of the hooks, and where the policy of each question is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.hookspecs.audit import AuditEntry
from core.hookspecs.events import Event
from core.pluginhost.guard import Outcome

Call = Callable[..., list[Outcome[Any]]]
"""Calls every implementation of one hook by name and keyword arguments, and returns what came of each."""


class Hooks:
    """One method for each `on_…` and `decide_…` hook, with the spec's own arguments."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def on_host_ready(self) -> None:
        """All plugins are loaded."""
        self._call("on_host_ready")

    def on_camera_saved(self, camera_id: int, created: bool) -> None:
        """A camera was added or changed. Call it after commit."""
        self._call("on_camera_saved", camera_id=camera_id, created=created)

    def on_camera_deleted(self, camera_id: int) -> None:
        """A camera was removed. Call it after commit."""
        self._call("on_camera_deleted", camera_id=camera_id)

    def on_event_recorded(self, event: Event) -> None:
        """An event was stored. Call it after commit."""
        self._call("on_event_recorded", event=event)

    def on_audit_recorded(self, entry: AuditEntry) -> None:
        """An act was written to the audit log. Call it after commit."""
        self._call("on_audit_recorded", entry=entry)

    def decide_access(self, user_id: int, permission: str, camera_id: int | None) -> bool:
        """Whether no plugin refuses. One that fails refuses."""
        votes = self._call("decide_access", user_id=user_id, permission=permission, camera_id=camera_id)
        return all(vote.ok and vote.value in (True, None) for vote in votes)

    def decide_segment_deletion(self, camera_id: int, start_ms: int, end_ms: int) -> str | None:
        """None when every plugin agrees, else one sentence why the segment stays. One that fails keeps it."""
        votes = self._call("decide_segment_deletion", camera_id=camera_id, start_ms=start_ms, end_ms=end_ms)
        for vote in votes:
            if not vote.ok:
                return f"plugin {vote.plugin} could not say whether it may be deleted."
            if vote.value is not None:
                return str(vote.value)
        return None
