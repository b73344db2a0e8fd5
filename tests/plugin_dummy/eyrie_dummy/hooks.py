"""One of everything."""

from collections.abc import Iterable
from typing import Any

from core.api import (
    ActionSpec,
    AuditActionSpec,
    AuditEntry,
    BackupTargetSpec,
    CameraDriverSpec,
    ConfigurationFiles,
    ConfigurationPart,
    DetectorSpec,
    DirectorySpec,
    Event,
    EventTypeSpec,
    Health,
    HealthCheckSpec,
    Level,
    PanelSpec,
    PermissionSpec,
    Person,
    RedactorSpec,
    Refusal,
    RoleSpec,
    RouteSpec,
    Scope,
    SettingsSpec,
    Slot,
    Step,
    StorageBackendSpec,
    TopicSpec,
    Trial,
    WorkerSpec,
    hookimpl,
)
from eyrie_dummy.action import greet
from eyrie_dummy.detector import BrightDetector, BrightRedactor, wants
from eyrie_dummy.driver import open_source, probe, streams
from eyrie_dummy.settings import DummySettings, ThingSettings
from eyrie_dummy.storage import MemoryStorage
from eyrie_dummy.target import MemoryTarget

SEEN: list[tuple[Any, ...]] = []
FORBIDDEN_USER = 4711
HELD_CAMERA = 4711
OPEN = "sesame"


def context(request: Any, camera_id: int | None) -> dict[str, Any]:
    """What the panel shows."""
    return {"greeting": "hello"}


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """A camera."""
    yield CameraDriverSpec("dummy", "Dummy camera", ThingSettings, streams, open_source, probe)


@hookimpl
def register_storage_backends() -> Iterable[StorageBackendSpec]:
    """A volume."""
    yield StorageBackendSpec("memory", "Memory", ThingSettings, MemoryStorage)


@hookimpl
def register_backup_targets() -> Iterable[BackupTargetSpec]:
    """A place for copies."""
    yield BackupTargetSpec("memory", "Memory", ThingSettings, MemoryTarget)


@hookimpl
def register_directories() -> Iterable[DirectorySpec]:
    """A directory that knows one person."""

    def sign_in(settings: ThingSettings, name: str, password: str) -> Person | Refusal:
        if name != "dummy":
            return Refusal.UNKNOWN
        return Person("1", name) if password == OPEN else Refusal.WRONG

    def test(settings: ThingSettings, name: str) -> Trial:
        return Trial((Step("Look", True, "It is there."),))

    yield DirectorySpec("memory", "Memory", ThingSettings, test, sign_in)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """A detector."""
    yield DetectorSpec("bright", "Bright things", ThingSettings, wants, BrightDetector, ("dummy.bright",))


@hookimpl
def register_redactors() -> Iterable[RedactorSpec]:
    """Covering bright pictures whole."""
    yield RedactorSpec("bright", "Cover what is bright", BrightRedactor, fps=10.0, width=32)


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """An action."""
    yield ActionSpec("greet", "Greet", ThingSettings, greet)


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """An event type."""
    yield EventTypeSpec("dummy.bright", "Something bright", ThingSettings)


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """A permission."""
    yield PermissionSpec("dummy.greet", "Hear the greeting", Scope.SYSTEM, frozenset({"administrator", "viewer"}))


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """An audited act."""
    yield AuditActionSpec("dummy.greet", "Greeted")


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """REST routes."""
    yield RouteSpec("eyrie_dummy.urls")


@hookimpl
def register_topics() -> Iterable[TopicSpec]:
    """A topic."""
    yield TopicSpec("greetings", "Greetings", ThingSettings, "dummy.greet")


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """A panel."""
    yield PanelSpec("greeting", "Greeting", Slot.DASHBOARD, "eyrie_dummy/panel.html", "dummy.greet", context)


@hookimpl
def register_health_checks() -> Iterable[HealthCheckSpec]:
    """A check."""
    yield HealthCheckSpec("mood", "Mood", lambda: Health(Level.OK, "in good mood."))


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """A worker."""
    yield WorkerSpec("waiter", "Waiter", "eyrie_dummy.worker:work", heartbeat=3.0)


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """A table of another app stands for one of the plugin's own, as this plugin has no models."""
    from django.contrib.auth.models import Group

    yield ConfigurationPart("clubs", "Clubs", Group, ("name",), "name")


@hookimpl
def register_configuration_files() -> Iterable[ConfigurationFiles]:
    """A file that is nowhere."""
    yield ConfigurationFiles("notes", "Notes", lambda: {"today.txt": b"hello"}, lambda files: None)


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Settings."""
    yield SettingsSpec(DummySettings)


@hookimpl
def on_host_ready() -> None:
    """Seen."""
    SEEN.append(("on_host_ready",))


@hookimpl
def on_camera_saved(camera_id: int, created: bool) -> None:
    """Seen."""
    SEEN.append(("on_camera_saved", camera_id, created))


@hookimpl
def on_camera_deleted(camera_id: int) -> None:
    """Seen."""
    SEEN.append(("on_camera_deleted", camera_id))


@hookimpl
def on_event_recorded(event: Event) -> None:
    """Seen."""
    SEEN.append(("on_event_recorded", event.type))


@hookimpl
def register_roles() -> Iterable[RoleSpec]:
    """A role."""
    yield RoleSpec("greeter", "Greeter", frozenset({"dummy.greet"}))


@hookimpl
def on_audit_recorded(entry: AuditEntry) -> None:
    """Seen."""
    SEEN.append(("on_audit_recorded", entry.action))


@hookimpl
def decide_access(user_id: int) -> bool | None:
    """One user may do nothing."""
    return False if user_id == FORBIDDEN_USER else None


@hookimpl
def decide_segment_deletion(camera_id: int) -> str | None:
    """One camera's recordings stay."""
    return "the dummy holds it." if camera_id == HELD_CAMERA else None
