"""Audit: who did what. Core writes first; sinks are copies and cannot veto."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. at_ms: UTC milliseconds; target: `<kind>:<id>`; detail: before/after with secrets masked."""

    id: int
    at_ms: int
    actor: str
    action: str
    target: str
    address: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditActionSpec:
    """A kind of act. name: `<thing>.<verb>`, such as `camera.add`; title: what people read, such as `Camera added`."""

    name: str
    title: str


@hookspec()
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """Declare the acts that the plugin writes to the audit log. Called in every process once at start."""
    raise NotImplementedError


@hookspec()
def on_audit_recorded(entry: AuditEntry) -> None:
    """An act was written to the audit log. Called after commit in the process that wrote it; keep copies from here."""
