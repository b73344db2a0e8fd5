"""The audit log: core writes first, then tells the plugins that keep copies."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from pydantic import BaseModel

from core.hookspecs.audit import AuditActionSpec, AuditEntry
from core.media.clock import Clock, SystemClock
from core.pluginhost import UnknownName, host
from core.system.models import AuditRow
from core.system.secrets import masked

Side = BaseModel | dict[str, Any] | None
_CLOCK = SystemClock()
_undeclared: set[str] = set()
log = logging.getLogger("eyrie.audit")


def record(
    actor: str,
    action: str,
    target: str,
    *,
    before: Side = None,
    after: Side = None,
    address: str = "",
    clock: Clock = _CLOCK,
) -> AuditEntry:
    """Write down who did what, in the transaction of the deed itself; `on_audit_recorded` follows after commit.

    actor: user name, or a process in angle brackets; action: `<thing>.<verb>`, declared by an AuditActionSpec (core's
    in core.system.actions); target: `<kind>:<id>`.
    before, after: the state on both sides, of which only what differs is kept. Models are masked here; dictionaries
    must hold no secrets. address: the client's IP address.
    """
    _check(action)
    detail = _difference(before, after)
    at_ms = clock.wall_ms()
    row = AuditRow.objects.create(
        at_ms=at_ms, actor=actor, action=action, target=target, address=address, detail=detail
    )
    entry = AuditEntry(row.pk, at_ms, actor, action, target, address, detail)
    transaction.on_commit(partial(host().hooks.on_audit_recorded, entry))
    return entry


def _check(action: str) -> None:
    """An act without a title is written down all the same, as losing it would be worse; strict hosts raise."""
    try:
        host().registry.get(AuditActionSpec, action)
    except UnknownName:
        if host().strict:
            raise
        if action not in _undeclared:
            _undeclared.add(action)
            log.warning("audit: %s is not declared by an AuditActionSpec and has no title", action)


def _difference(before: Side, after: Side) -> dict[str, Any]:
    if before is None or after is None:
        return {name: _shown(side) for name, side in (("before", before), ("after", after)) if side is not None}
    # Compared in the clear, shown masked: a changed password is to be seen as changed.
    old, new = _clear(before), _clear(after)
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    sides = {"before": _shown(before), "after": _shown(after)}
    return {name: {key: side[key] for key in changed if key in side} for name, side in sides.items()}


def _clear(side: BaseModel | dict[str, Any]) -> dict[str, Any]:
    return side.model_dump() if isinstance(side, BaseModel) else side


def _shown(side: BaseModel | dict[str, Any]) -> dict[str, Any]:
    return masked(side) if isinstance(side, BaseModel) else side
