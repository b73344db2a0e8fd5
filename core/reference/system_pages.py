"""Pages on the running system: settings, permissions, topics, event types, REST endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.urls import URLPattern, URLResolver, get_resolver
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from core.access.declared import required_for
from core.configuration import PREFIX, Configuration
from core.hookspecs.access import PermissionSpec
from core.hookspecs.actions import ActionSpec
from core.hookspecs.audit import AuditActionSpec
from core.hookspecs.backup import BackupTargetSpec
from core.hookspecs.cameras import CameraDriverSpec
from core.hookspecs.detectors import DetectorSpec
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.settings import SettingsSpec
from core.hookspecs.storage import StorageBackendSpec
from core.pluginhost import PluginHost
from core.pluginhost.families import FAMILIES
from core.reference.markdown import page, prose, table
from core.web.socket.declared import declared_topics

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def settings_page() -> str:
    """Start-up settings."""
    intro = (
        "Set as environment variables, or without the prefix and in lower case in the TOML file that `EYRIE_CONFIG` "
        "names (else `eyrie.toml` in the data directory). The environment wins. Unknown names are refused."
    )
    rows = [
        (f"`{PREFIX}{name.upper()}`", field.title or "", field.description or "", _default(field.get_default()))
        for name, field in Configuration.model_fields.items()
    ]
    return page("Settings", intro, table(("Variable", "What", "Meaning", "Default"), rows))


def plugin_settings_page(host: PluginHost) -> str:
    """Settings of what the plugins in the repository offer."""
    kinds = (SettingsSpec, CameraDriverSpec, StorageBackendSpec, BackupTargetSpec, DetectorSpec, ActionSpec)
    parts = []
    for kind in cast(tuple[type[Any], ...], kinds):
        for entry in host.registry.entries(kind):
            model: type[BaseModel] = entry.spec.model if kind is SettingsSpec else entry.spec.settings
            title = f"{FAMILIES[kind].what.capitalize()}: {entry.key}"
            parts.append(f"## {title}\n\nFrom plugin `{entry.plugin}`. {prose(model)}\n{_fields(model)}")
    return page("Settings of plugins", "Of the plugins that come with Eyrie; others document their own.", *parts)


def permissions_page(host: PluginHost) -> str:
    """All permissions and the roles that hold them at first."""
    rows = [
        (f"`{entry.key}`", entry.spec.title, str(entry.spec.scope), ", ".join(sorted(entry.spec.roles)), entry.plugin)
        for entry in host.registry.entries(PermissionSpec)
    ]
    return page("Permissions", table(("Codename", "What it allows", "Held for", "Roles at first", "From"), rows))


def events_page(host: PluginHost) -> str:
    """All event types and their attributes."""
    entries = host.registry.entries(EventTypeSpec)
    rows = [(f"`{e.key}`", e.spec.title, _attributes(e.spec.attributes), e.plugin) for e in entries]
    return page("Event types", table(("Type", "What happened", "Attributes", "From"), rows))


def audit_page(host: PluginHost) -> str:
    """All acts that the audit log tells of."""
    rows = [(f"`{entry.key}`", entry.spec.title, entry.plugin) for entry in host.registry.entries(AuditActionSpec)]
    intro = "Which acts are written to the audit log, each with who did it, when, from where and to what."
    return page("Audited acts", intro, table(("Act", "What", "From"), rows))


def topics_page() -> str:
    """All websocket topics."""
    rows = [
        (f"`{name}`", spec.title, f"`{spec.permission}`", _attributes(spec.message))
        for name, spec in sorted(declared_topics().items())
    ]
    intro = "Subscribed to on the websocket `/ws/v1/`."
    return page("Topics", intro, table(("Topic", "What", "Permission", "Message"), rows))


def endpoints_page() -> str:
    """All REST endpoints with their permissions."""
    rows = [row for route, view in sorted(_views(), key=lambda pair: pair[0]) for row in _rows(route, view)]
    intro = "Every method names the permission that it takes. The schema is at `/api/v1/schema/`."
    return page("REST endpoints", intro, table(("Method", "Path", "Permission", "What"), rows))


def _rows(route: str, view: type[Any]) -> Iterator[tuple[str, str, str, str]]:
    for method in METHODS:
        handler = getattr(view, method.lower(), None)
        permission = required_for(view, method)
        if handler is not None and permission is not None:
            about = (handler.__doc__ or view.__doc__ or "").strip().partition("\n\n")[0]
            yield method, f"`{route}`", f"`{permission}`", about


def _views(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, type[Any]]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None and route.startswith("/api/"):
                yield route, view


def _fields(model: type[BaseModel]) -> str:
    rows = [
        (
            f"`{name}`",
            field.title or "",
            field.description or "",
            "" if field.is_required() else _default(field.get_default(call_default_factory=True)),
        )
        for name, field in model.model_fields.items()
    ]
    return table(("Field", "What", "Meaning", "Default"), rows)


def _attributes(model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    found = schema.get("properties", {})
    return ", ".join(f"`{name}`: {_kind(one)}" for name, one in found.items())


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    return str(schema.get("type", "object"))


def _default(value: Any) -> str:
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, SecretStr):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
