"""Plugins in trouble become events, once for each change of state."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.configuration import configuration
from core.events import plugin_trouble
from core.events.models import StoredEvent
from core.events.plugin_trouble import TYPE, keep_in_step, report_changes
from core.hookspecs.events import Event
from core.hookspecs.marks import hookimpl
from core.pluginhost import PluginHost
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.switches import Switches
from core.testing.clock import FakeClock

EVENT = Event(1, "camera.offline", None, 0, None)
NOW = 1_780_000_000_000


def rows() -> list[tuple[str, str, bool]]:
    found = StoredEvent.objects.filter(type=TYPE).order_by("pk")
    return [(row.attributes["plugin"], row.attributes["state"], row.end_ms is None) for row in found]


@contextmanager
def moody_plugin(host: PluginHost, trouble: list[bool]) -> Iterator[PluginRecord]:
    @hookimpl
    def on_event_recorded(event: Event) -> None:
        if trouble[0]:
            raise RuntimeError("no")

    with host.registered(SimpleNamespace(on_event_recorded=on_event_recorded), "moody") as record:
        yield record


@pytest.fixture
def broken() -> PluginHost:
    record = PluginRecord("broken", "", "", PluginState.FAILED, "cannot be loaded")
    return PluginHost([record, PluginRecord("well", "", "", PluginState.LOADED)])


@pytest.mark.django_db
def test_what_is_broken_at_the_start_is_one_event_however_often_it_is_looked_at(broken: PluginHost) -> None:
    keep_in_step(broken, NOW)
    keep_in_step(broken, NOW + 1)
    assert rows() == [("broken", "failed", True)]


@pytest.mark.django_db
def test_a_change_ends_the_event_and_begins_another(broken: PluginHost) -> None:
    keep_in_step(broken, NOW)
    broken.plugins["broken"].state = PluginState.QUARANTINED
    keep_in_step(broken, NOW + 1)
    assert rows() == [("broken", "failed", False), ("broken", "quarantined", True)]
    broken.plugins["broken"].state = PluginState.LOADED
    keep_in_step(broken, NOW + 2)
    assert [opened for _, _, opened in rows()] == [False, False]
    assert StoredEvent.objects.get(attributes__state="quarantined").end_ms == NOW + 2


@pytest.mark.django_db
def test_a_worker_that_was_given_up_is_its_plugins_trouble(
    broken: PluginHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_trouble, "configuration", lambda: configuration().model_copy(update={"data": tmp_path}))
    Switches(tmp_path).quarantine("well:park", "ended 6 times")
    keep_in_step(broken, NOW)
    assert ("well", "degraded", True) in rows()
    Switches(tmp_path).enable("well")
    keep_in_step(broken, NOW + 1)
    assert ("well", "degraded", False) in rows()


def test_each_beginning_is_reported_and_a_flapping_plugin_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[dict[str, str]] = []
    monkeypatch.setattr(plugin_trouble, "_store", lambda attributes, at_ms: stored.append(attributes))
    host, clock, trouble = PluginHost(), FakeClock(), [True]
    with moody_plugin(host, trouble) as record:
        report_changes(host, clock)
        reporter = record.changed.__self__
        for _ in range(3):
            host.hooks.on_event_recorded(EVENT)
        for trouble[0] in (False, True, False, True):
            host.hooks.on_event_recorded(EVENT)
        clock.advance(61)
        for trouble[0] in (False, True):
            host.hooks.on_event_recorded(EVENT)
        reporter._thread.shutdown()
    message = "on_event_recorded: RuntimeError: no"
    assert stored == [{"plugin": "moody", "state": "degraded", "message": message}] * 2


@pytest.mark.django_db(transaction=True)
def test_the_event_is_stored_by_a_thread_of_its_own() -> None:
    host = PluginHost()
    with moody_plugin(host, [True]) as record:
        report_changes(host, FakeClock())
        host.hooks.on_event_recorded(EVENT)
        record.changed.__self__._thread.shutdown()
    assert rows() == [("moody", "degraded", False)]
