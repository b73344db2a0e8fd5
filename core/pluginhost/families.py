"""The families of descriptors: which hook yields them, and what they must look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.hookspecs.access import PermissionSpec, RoleSpec
from core.hookspecs.actions import ActionSpec
from core.hookspecs.audit import AuditActionSpec
from core.hookspecs.backup import BackupTargetSpec
from core.hookspecs.cameras import CameraDriverSpec
from core.hookspecs.configuration import ConfigurationFiles, ConfigurationPart
from core.hookspecs.detectors import DetectorSpec
from core.hookspecs.directories import DirectorySpec
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.ops import HealthCheckSpec, WorkerSpec
from core.hookspecs.redaction import RedactorSpec
from core.hookspecs.settings import SettingsSpec
from core.hookspecs.storage import StorageBackendSpec
from core.hookspecs.web import PanelSpec, RouteSpec, TopicSpec
from core.wording import first_wrong

PLAIN = re.compile(r"[a-z][a-z0-9_]*")
DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of descriptor. hook: what registers it; what: its name in sentences; naming: pattern of `naming_field`.

    own: names are the plugin's own, so the registry's key is `<plugin>.<name>`; otherwise names are shared by all.
    naming_field empty: a plugin has one at most, and the key is the plugin's name.
    """

    hook: str
    what: str
    naming: re.Pattern[str] = PLAIN
    naming_field: str = "name"
    own: bool = False

    def key(self, plugin: str, spec: object) -> str:
        """The registry's key of a descriptor."""
        name = str(getattr(spec, self.naming_field)) if self.naming_field else ""
        if not name:
            return plugin
        return f"{plugin}.{name}" if self.own else name


FAMILIES: Mapping[type, Family] = {
    CameraDriverSpec: Family("register_camera_drivers", "camera driver"),
    StorageBackendSpec: Family("register_storage_backends", "storage backend"),
    BackupTargetSpec: Family("register_backup_targets", "backup target"),
    DirectorySpec: Family("register_directories", "directory"),
    DetectorSpec: Family("register_detectors", "detector"),
    RedactorSpec: Family("register_redactors", "redactor"),
    ActionSpec: Family("register_actions", "action"),
    EventTypeSpec: Family("register_event_types", "event type", DOTTED),
    PermissionSpec: Family("register_permissions", "permission", DOTTED, "codename"),
    RoleSpec: Family("register_roles", "role", own=True),
    AuditActionSpec: Family("register_audit_actions", "audited act", DOTTED),
    RouteSpec: Family("register_routes", "routes", naming_field=""),
    TopicSpec: Family("register_topics", "topic", own=True),
    PanelSpec: Family("register_panels", "panel", own=True),
    HealthCheckSpec: Family("register_health_checks", "health check", own=True),
    WorkerSpec: Family("register_workers", "worker", own=True),
    ConfigurationPart: Family("register_configuration", "configuration part", own=True),
    ConfigurationFiles: Family("register_configuration_files", "configuration files", own=True),
    SettingsSpec: Family("register_settings", "settings", naming_field=""),
}


def problem(kind: type, spec: object) -> str:
    """What is wrong with a descriptor, in one sentence; empty when nothing is."""
    family, hints = FAMILIES[kind], _hints(kind)
    if type(spec) is not kind:
        return f"{family.hook} must yield {kind.__name__}, not {type(spec).__name__}."
    for name in hints:
        wrong = _wrong_type(kind, name, getattr(spec, name))
        if wrong:
            return f"{family.what} {_label(family, spec)}: {name}: {wrong}."
    return _wrong_name(family, spec) or _wrong_models(family, spec)


def settings_problem(model: type[BaseModel]) -> str:
    """What is wrong with a settings model: unknown keys must be refused, each field explained."""
    if model.model_config.get("extra") != "forbid":
        return f'{model.__name__}: needs model_config = ConfigDict(extra="forbid"), so that typing errors are told.'
    for name, field in model.model_fields.items():
        if not (field.title and field.description):
            return f"{model.__name__}.{name}: needs Field(title=…, description=…), they are its form and its manual."
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            inner = settings_problem(field.annotation)
            if inner:
                return inner
    return ""


def _label(family: Family, spec: object) -> str:
    return repr(getattr(spec, family.naming_field)) if family.naming_field else ""


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Once a kind: reading them costs more than all the rest, and every process does it at its start."""
    return get_type_hints(kind)


@cache
def _adapter(kind: type, name: str) -> TypeAdapter[Any]:
    config = ConfigDict(strict=True, arbitrary_types_allowed=True)
    return TypeAdapter(_hints(kind)[name], config=config)


def _wrong_type(kind: type, name: str, value: object) -> str:
    hint = _hints(kind)[name]
    if isinstance(hint, type):
        fits = isinstance(value, (hint, int) if hint is float else hint)
        return "" if fits else f"should be {hint.__name__}, not {type(value).__name__}"
    try:
        _adapter(kind, name).validate_python(value)
    except ValidationError as error:
        return first_wrong(error)[1].rstrip(".")
    return ""


def _wrong_name(family: Family, spec: object) -> str:
    if family.naming_field:
        name = str(getattr(spec, family.naming_field))
        if not family.naming.fullmatch(name):
            return f"{family.what} {name!r}: the name must look like {family.naming.pattern}."
    if not str(getattr(spec, "title", "x")).strip():
        return f"{family.what} {_label(family, spec)}: title: is empty; say what people should read."
    return ""


def _wrong_models(family: Family, spec: object) -> str:
    for name in ("settings", "model"):
        model = getattr(spec, name, None)
        wrong = settings_problem(model) if isinstance(model, type) and issubclass(model, BaseModel) else ""
        if wrong:
            return f"{family.what} {_label(family, spec)}: {wrong}"
    return ""
