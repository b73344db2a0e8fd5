"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import (
    AuditActionSpec,
    AuditEntry,
    ConfigurationFiles,
    Health,
    HealthCheckSpec,
    Level,
    PanelSpec,
    PermissionSpec,
    RouteSpec,
    SettingsSpec,
    Slot,
    hookimpl,
)
from plugins.audit import health
from plugins.audit.permissions import EXPORT, PERMISSIONS, VIEW
from plugins.audit.settings import AuditSettings


def _page(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The page fills itself over REST."""
    from core.api.services import rights_for  # once Django is set up

    return {"exports": rights_for(request).holds(EXPORT.codename)}


def _try_out(settings: AuditSettings) -> Health:
    """Connect to the syslog server as entries will be sent to it."""
    from plugins.audit.sinks.base import SinkError
    from plugins.audit.sinks.syslog import SyslogSink, check

    if not settings.syslog_host:
        return Health(Level.OK, "No syslog server is set.")
    try:
        check(settings)
        SyslogSink(settings).take([])
    except SinkError as error:
        return Health(Level.FAILED, str(error))
    return Health(Level.OK, f"{settings.syslog_host} takes messages.")


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Reading and exporting."""
    return PERMISSIONS


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Retention and sinks."""
    return [SettingsSpec(AuditSettings, test=_try_out)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Search, export, state."""
    return [RouteSpec("plugins.audit.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """The page, a tab of System."""
    return [PanelSpec("log", "Audit log", Slot.SYSTEM, "audit/page.html", VIEW.codename, _page, icon="scroll-text")]


@hookimpl
def register_health_checks() -> Iterable[HealthCheckSpec]:
    """The chain and the sinks."""
    return [
        HealthCheckSpec("chain", "Audit log", health.chain),
        HealthCheckSpec("sinks", "Copies of the audit log", health.sinks),
    ]


@hookimpl
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """The key that signs the chain, so that on a new machine the same hand goes on."""
    from plugins.audit import keeping  # with Django's settings

    return [ConfigurationFiles("signing", "Key that signs the audit log", keeping.read, keeping.write, keeping.check)]


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What the log tells of itself."""
    return (
        AuditActionSpec("audit.break", "Audit log found cut or rewritten"),
        AuditActionSpec("audit.export", "Audit log exported"),
        AuditActionSpec("audit.key", "Audit log's signing key changed"),
        AuditActionSpec("audit.remove", "Old entries of the audit log removed"),
    )


@hookimpl
def on_audit_recorded(entry: AuditEntry) -> None:
    """Have the worker link it and tell the sinks."""
    from plugins.audit.tasks import grown  # the queue is opened by who uses it

    grown()
