"""Core's own checks find what is wrong, and say what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from core.cameras.models import Camera
from core.configuration import configuration
from core.health import cameras, clock, database, files, plugins, release, volumes
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, HealthFix, Level
from core.pluginhost import host
from core.pluginhost.health import FixError, HealthChecks
from core.recording.models import Volume

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def disk(tmp_path: Path) -> Volume:
    return Volume.objects.create(name="disk", backend="local_disk", settings={"path": str(tmp_path)}, reserve_bytes=0)


def test_core_offers_its_checks() -> None:
    names = {entry.key for entry in host().registry.entries(HealthCheckSpec)}
    wanted = ("cameras", "volumes", "database", "clock", "plugins", "keys", "version")
    assert {f"core.{name}" for name in wanted} <= names


def test_a_volume_that_works_is_well_and_left_as_it_was(disk: Volume, tmp_path: Path) -> None:
    found = volumes.check()
    assert found.level in (Level.OK, Level.WARNING)  # a machine may be slow or full
    assert "disk" in found.summary
    assert {path.name for path in tmp_path.iterdir()} == {"eyrie-volume", "open"}
    assert not list((tmp_path / "open").iterdir())


def test_a_volume_that_is_gone_fails(disk: Volume, tmp_path: Path) -> None:
    Volume.objects.filter(pk=disk.pk).update(settings={"path": str(tmp_path / "nowhere")})
    found = volumes.check()
    assert found.level is Level.FAILED
    assert "disk" in found.summary
    assert found.remedy
    assert found.link == "/system/settings/"


def test_no_volume_is_a_failure() -> None:
    assert volumes.check().level is Level.FAILED


def test_a_slow_volume_is_told(disk: Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "SLOW", 1e15)
    monkeypatch.setattr(volumes, "FLOOR_SHARE", 10**9)
    found = volumes.check()
    assert found.level is Level.WARNING
    assert "MB/s only" in found.summary


def test_a_whole_file_and_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "eyrie.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("create table t (a text)")
        made.executemany("insert into t values (?)", [("x" * 500,)] * 500)
    made.close()
    assert database._quick_check(path) == ("", True)
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\xff" * 4096
    path.write_bytes(data)
    wrong, _ = database._quick_check(path)
    assert wrong


def test_a_file_too_large_for_the_time_is_said_to_be_checked_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("create table t (a text)")
        made.executemany("insert into t values (?)", [("x" * 100,)] * 5000)
    made.close()
    monkeypatch.setattr(database, "SECONDS", -1.0)
    monkeypatch.setattr(database, "STEPS", 1)
    assert database._quick_check(path) == ("", False)


def test_the_database_is_looked_at() -> None:
    assert database.check().level in (Level.OK, Level.WARNING)


@pytest.mark.parametrize(("state", "level"), [(0, Level.OK), (5, Level.WARNING)])
def test_the_clock_is_judged_by_the_kernel(state: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock.kernel_clock()[0] in range(6)
    monkeypatch.setattr(clock, "kernel_clock", lambda: (state, 20_000))
    assert clock.check().level is level


def test_a_key_that_others_may_read_is_closed_at_the_press_of_a_button() -> None:
    key = configuration().data / "export.key"
    kept = key.read_bytes() if key.exists() else None
    key.write_text("key")
    try:
        key.chmod(0o644)
        checks = HealthChecks(host())
        before = next(result for result in checks.run() if result.name == "keys")
        assert before.level is Level.FAILED
        assert "export.key" in before.summary
        assert before.fix == "Close to others"
        after = checks.mend("core.keys")
        assert after.level is Level.OK
        assert after.fix == ""
        assert key.stat().st_mode & 0o777 == 0o600
    finally:
        key.unlink()
        if kept is not None:
            key.write_bytes(kept)
            key.chmod(0o600)
    assert files.check().level is Level.OK


def test_a_plugin_in_trouble_is_named(register_temporarily) -> None:
    record = register_temporarily(SimpleNamespace(), "tea")
    assert plugins.check().level is Level.OK
    record.failed("panel kettle", RuntimeError("the kettle is cold"))
    found = plugins.check()
    assert found.level is Level.WARNING
    assert "tea" in found.summary
    assert "kettle is cold" in found.summary


def test_an_update_that_was_not_taken_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert release.check().level is Level.OK
    monkeypatch.setattr(release, "release_of", lambda root: "9.9.9")
    assert "restart" in release.check().remedy.lower()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_cameras_of_a_recorder_that_does_not_answer_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "PATIENCE", 0.2)
    assert cameras.check().level is Level.OK
    Camera.objects.create(name="gate", driver="none")
    found = cameras.check()
    assert found.level is Level.FAILED
    assert "gate" in found.summary


def test_many_names_are_counted() -> None:
    assert cameras.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_a_check_that_is_fresh_is_not_run_again_unless_it_was_mended(register_temporarily) -> None:
    seen: list[int] = []

    def run() -> Health:
        seen.append(1)
        return Health(Level.FAILED, "it leaks.", fixable=True)

    spec = HealthCheckSpec("leak", "Leak", run, fresh=60, fix=HealthFix("Stop it", lambda: None))
    register_temporarily(SimpleNamespace(register_health_checks=hookimpl(lambda: [spec])), "tea")
    checks = HealthChecks(host())
    for _ in range(3):
        assert next(result for result in checks.run() if result.name == "leak").fix == "Stop it"
    assert len(seen) == 1
    checks.mend("tea.leak")
    assert len(seen) == 2


def test_what_cannot_be_mended_says_why(register_temporarily) -> None:
    def fail() -> None:
        raise OSError("read-only file system")

    spec = HealthCheckSpec("leak", "Leak", lambda: Health(Level.OK, ""), fix=HealthFix("Stop it", fail))
    register_temporarily(SimpleNamespace(register_health_checks=hookimpl(lambda: [spec])), "tea")
    with pytest.raises(FixError, match="read-only file system"):
        HealthChecks(host()).mend("tea.leak")
    with pytest.raises(FixError, match="nothing that mends it"):
        HealthChecks(host()).mend("core.clock")


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_doctor_prints_what_the_portal_shows_and_fails_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:  # no volume is set up here
        call_command("doctor")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "Storage: No volume is recorded onto" in printed
    assert "Add a folder or disk" in printed
    assert "Key files" in printed
