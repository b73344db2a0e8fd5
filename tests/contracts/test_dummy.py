"""A plugin from elsewhere contributes one of everything, and each arrives. A test for each hook, named after it."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from core.hookspecs.access import PermissionSpec, RoleSpec
from core.hookspecs.actions import ActionContext, ActionSpec
from core.hookspecs.audit import AuditActionSpec, AuditEntry
from core.hookspecs.backup import BackupTargetSpec
from core.hookspecs.cameras import CameraDriverSpec
from core.hookspecs.configuration import ConfigurationFiles, ConfigurationPart
from core.hookspecs.detectors import DetectorSpec, Frame
from core.hookspecs.directories import DirectorySpec, Person, Refusal
from core.hookspecs.events import Event, EventTypeSpec
from core.hookspecs.ops import HealthCheckSpec, Level, WorkerSpec
from core.hookspecs.redaction import RedactorSpec
from core.hookspecs.settings import SettingsSpec
from core.hookspecs.storage import StorageBackendSpec
from core.hookspecs.web import PanelSpec, RouteSpec, Slot, TopicSpec
from core.pluginhost import PluginHost
from core.pluginhost.health import HealthChecks
from core.pluginhost.workers import workers_to_run
from core.system.transfer.rows import read_rows
from core.testing.actions import ActionContract
from core.testing.cameras import CameraDriverContract
from core.testing.detectors import DetectorContract
from core.testing.storage import StorageBackendContract

DUMMY = Path(__file__).resolve().parents[1] / "plugin_dummy"
sys.path.append(str(DUMMY))

from eyrie_dummy import action, hooks, storage  # noqa: E402  # from the path just added, as an installed package is
from eyrie_dummy.settings import ThingSettings  # noqa: E402

THING = ThingSettings(number=1)


@pytest.fixture
def host(plugin_host: PluginHost) -> Iterator[PluginHost]:
    hooks.SEEN.clear()
    assert isinstance(hooks, ModuleType)
    with plugin_host.registered(hooks, "dummy"):
        yield plugin_host


def test_register_camera_drivers(host: PluginHost) -> None:
    driver = host.registry.get(CameraDriverSpec, "dummy")
    assert driver.streams(THING) == ("main",)


def test_register_storage_backends(host: PluginHost) -> None:
    volume = host.registry.get(StorageBackendSpec, "memory").open(ThingSettings(number=77))
    assert volume.volume_id() == "memory-77"


def test_register_backup_targets(host: PluginHost) -> None:
    target = host.registry.get(BackupTargetSpec, "memory").open(THING)
    target.append("a/b.mp4", 0, [b"one", b"two"])
    assert [(one.name, one.size) for one in target.entries("a")] == [("b.mp4", 6)]


def test_register_directories(host: PluginHost) -> None:
    directory = host.registry.get(DirectorySpec, "memory")
    assert directory.sign_in is not None
    assert directory.sign_in(THING, "dummy", hooks.OPEN) == Person("1", "dummy")
    assert directory.sign_in(THING, "nobody", "open") is Refusal.UNKNOWN
    assert [step.ok for step in directory.test(THING, "").steps] == [True]


def test_register_detectors(host: PluginHost) -> None:
    detector = host.registry.get(DetectorSpec, "bright").open(THING)
    sight = detector.look(Frame(1, 0, 1, 1, "gray", b"\xff"))
    assert [told.event_type for told in sight.going_on] == ["dummy.bright"]


def test_register_redactors(host: PluginHost) -> None:
    redactor = host.registry.get(RedactorSpec, "bright").open()
    assert redactor.look(Frame(1, 0, 1, 1, "gray", b"\xff")) == [(0.0, 0.0, 1.0, 1.0)]


def test_register_actions(host: PluginHost) -> None:
    assert host.registry.get(ActionSpec, "greet").run(THING, ActionContext("k", 1, None)) == "greeted 1"


def test_register_event_types(host: PluginHost) -> None:
    assert host.registry.get(EventTypeSpec, "dummy.bright").attributes is ThingSettings


def test_register_permissions(host: PluginHost) -> None:
    assert "viewer" in host.registry.get(PermissionSpec, "dummy.greet").roles


def test_register_roles(host: PluginHost) -> None:
    [role] = [entry.spec for entry in host.registry.entries(RoleSpec) if entry.plugin == "dummy"]
    assert role.permissions == {"dummy.greet"}


def test_register_audit_actions(host: PluginHost) -> None:
    assert host.registry.get(AuditActionSpec, "dummy.greet").title == "Greeted"


def test_register_routes(host: PluginHost) -> None:
    assert host.registry.get(RouteSpec, "dummy").urls == "eyrie_dummy.urls"


def test_register_topics(host: PluginHost) -> None:
    assert host.registry.get(TopicSpec, "dummy.greetings").permission == "dummy.greet"


def test_register_panels(host: PluginHost) -> None:
    panel = host.registry.get(PanelSpec, "dummy.greeting")
    assert panel.slot is Slot.DASHBOARD
    assert panel.context(None, None) == {"greeting": "hello"}


def test_register_health_checks(host: PluginHost) -> None:
    assert host.registry.get(HealthCheckSpec, "dummy.mood")
    assert [(result.name, result.level) for result in HealthChecks(host).run()] == [("mood", Level.OK)]


def test_register_workers(host: PluginHost) -> None:
    assert host.registry.get(WorkerSpec, "dummy.waiter").run == "eyrie_dummy.worker:work"
    assert [(worker.plugin, worker.name, worker.heartbeat) for worker in workers_to_run(host)] == [
        ("dummy", "waiter", 3)
    ]


@pytest.mark.django_db
def test_register_configuration(host: PluginHost) -> None:
    part = host.registry.get(ConfigurationPart, "dummy.clubs")
    row = part.model.objects.create(name="Chess")
    assert read_rows(part) == {row.pk: {"id": row.pk, "name": "Chess"}}


@pytest.mark.django_db
def test_register_configuration_files(host: PluginHost) -> None:
    assert host.registry.get(ConfigurationFiles, "dummy.notes").read() == {"today.txt": b"hello"}


def test_register_settings(host: PluginHost) -> None:
    schema = host.registry.get(SettingsSpec, "dummy").model.model_json_schema()
    assert schema["properties"]["greeting"]["title"] == "Greeting"


def test_on_host_ready(host: PluginHost) -> None:
    host.hooks.on_host_ready()
    assert hooks.SEEN == [("on_host_ready",)]


def test_on_camera_saved(host: PluginHost) -> None:
    host.hooks.on_camera_saved(7, True)
    assert hooks.SEEN == [("on_camera_saved", 7, True)]


def test_on_camera_deleted(host: PluginHost) -> None:
    host.hooks.on_camera_deleted(7)
    assert hooks.SEEN == [("on_camera_deleted", 7)]


def test_on_event_recorded(host: PluginHost) -> None:
    host.hooks.on_event_recorded(Event(1, "dummy.bright", 1, 0, None))
    assert hooks.SEEN == [("on_event_recorded", "dummy.bright")]


def test_on_audit_recorded(host: PluginHost) -> None:
    host.hooks.on_audit_recorded(AuditEntry(1, 0, "ann", "camera.add", "camera:1"))
    assert hooks.SEEN == [("on_audit_recorded", "camera.add")]


def test_decide_access(host: PluginHost) -> None:
    assert host.hooks.decide_access(1, "camera.live", 1) is True
    assert host.hooks.decide_access(hooks.FORBIDDEN_USER, "camera.live", 1) is False


def test_decide_segment_deletion(host: PluginHost) -> None:
    assert host.hooks.decide_segment_deletion(1, 0, 1) is None
    assert host.hooks.decide_segment_deletion(hooks.HELD_CAMERA, 0, 1) == "the dummy holds it."


def _first(register: Any) -> Any:
    (spec,) = register()
    return spec


class TestDummyDriver(CameraDriverContract):
    """The test kit's rules, on the dummy's camera."""

    spec = _first(hooks.register_camera_drivers)

    @asynccontextmanager
    async def reachable(self) -> AsyncIterator[BaseModel]:
        yield THING

    def unreachable(self) -> BaseModel:
        return ThingSettings(number=0)


class TestDummyStorage(StorageBackendContract):
    """The same for its volume, which lies in memory: one for each test's root."""

    spec = _first(hooks.register_storage_backends)

    def make_settings(self, root: Path) -> BaseModel:
        return ThingSettings(number=abs(hash(root)))


class TestDummyDetector(DetectorContract):
    """The same for its detector."""

    spec = _first(hooks.register_detectors)

    def make_settings(self) -> BaseModel:
        return THING

    def something(self) -> list[Frame]:
        return [Frame(1, 0, 2, 2, "gray", b"\x00\x00\xff\x00")]


class TestDummyAction(ActionContract):
    """The same for its action."""

    spec = _first(hooks.register_actions)

    def working(self) -> BaseModel:
        return THING

    def broken(self) -> BaseModel:
        return ThingSettings(number=0)

    def deeds(self) -> int:
        return len(action.GREETED)


def test_a_volume_that_forgets_does_not_conform(storage_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The conformance tests can fail: a backend whose `commit` keeps nothing is found out."""
    monkeypatch.setattr(storage.MemoryWriter, "commit", storage.MemoryWriter.abort)
    contract = TestDummyStorage()
    volume = contract.reopened(storage_root)
    with pytest.raises(Exception):  # noqa: B017  # whichever way it shows
        contract.test_committed_object_is_whole(volume, storage_root)
