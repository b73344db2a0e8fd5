"""Audit: who did what. Core writes first; sinks are copies and cannot veto."""

from __future__ import annotations

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


@hookspec()
def on_audit_recorded(entry: AuditEntry) -> None:
    """An act was written to the audit log. Called after commit in the process that wrote it; keep copies from here."""
