"""Typed calls of what plugins implement, and where the policy of each question is applied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

from core.hookspecs.audit import AuditEntry
from core.hookspecs.cameras import CameraDriverSpec, ProbeReport
from core.hookspecs.events import Event
from core.media.source import Fault
from core.pluginhost.guard import Outcome, describe

P = ParamSpec("P")
T = TypeVar("T")


class Calls(ABC):
    """One method for each `on_…` and `decide_…` hook, with the spec's own arguments."""

    @abstractmethod
    def call(self, hook: str, /, **arguments: object) -> list[Outcome[Any]]:
        """Call every implementation of a hook, each on its own; what came of each."""

    @abstractmethod
    async def run_async(
        self, plugin: str, what: str, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Outcome[T]:
        """Await a coroutine function that a plugin's descriptor gave, isolated and accounted."""

    def on_host_ready(self) -> None:
        """All plugins are loaded."""
        self.call("on_host_ready")

    def on_camera_saved(self, camera_id: int, created: bool) -> None:
        """A camera was added or changed. Call it after commit."""
        self.call("on_camera_saved", camera_id=camera_id, created=created)

    def on_camera_deleted(self, camera_id: int) -> None:
        """A camera was removed. Call it after commit."""
        self.call("on_camera_deleted", camera_id=camera_id)

    def on_event_recorded(self, event: Event) -> None:
        """An event was stored. Call it after commit."""
        self.call("on_event_recorded", event=event)

    def on_audit_recorded(self, entry: AuditEntry) -> None:
        """An act was written to the audit log. Call it after commit."""
        self.call("on_audit_recorded", entry=entry)

    def decide_access(self, user_id: int, permission: str, camera_id: int | None) -> bool:
        """Whether no plugin refuses. One that fails refuses."""
        votes = self.call("decide_access", user_id=user_id, permission=permission, camera_id=camera_id)
        return all(vote.ok and vote.value in (True, None) for vote in votes)

    def decide_segment_deletion(self, camera_id: int, start_ms: int, end_ms: int) -> str | None:
        """None when every plugin agrees, else one sentence why the segment stays. One that fails keeps it."""
        votes = self.call("decide_segment_deletion", camera_id=camera_id, start_ms=start_ms, end_ms=end_ms)
        for vote in votes:
            if not vote.ok:
                return f"plugin {vote.plugin} could not say whether it may be deleted."
            if vote.value is not None:
                return str(vote.value)
        return None

    async def probe_camera(self, driver: CameraDriverSpec, settings: BaseModel, timeout: float) -> ProbeReport:
        """The driver's probe, with an answer also when the driver itself fails. timeout: in seconds."""
        plugin = self.provider(driver)
        outcome = await self.run_async(plugin, f"probe of {driver.name}", driver.probe, settings, timeout)
        if outcome.value is not None:
            return outcome.value
        why = describe(outcome.error) if outcome.error else "it gave no report"
        return ProbeReport(fault=Fault.PROTOCOL, message=f"The driver {driver.name} failed: {why}.")

    @abstractmethod
    def provider(self, spec: object) -> str:
        """The plugin that a descriptor came from."""
