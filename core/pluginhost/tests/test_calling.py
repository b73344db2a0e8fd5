"""Hooks are called one by one: a plugin that fails costs the others nothing, and is named."""

import asyncio
import logging
from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from core.hookspecs.events import Event, EventTypeSpec
from core.hookspecs.marks import hookimpl
from core.pluginhost import PluginError, PluginHost
from core.pluginhost.records import PluginState

EVENT = Event(1, "camera.offline", None, 0, None)


def hooks(**functions: object) -> SimpleNamespace:
    return SimpleNamespace(**{name: hookimpl(function) for name, function in functions.items()})


@pytest.fixture
def tolerant() -> PluginHost:
    host = PluginHost()
    host.load()
    return host


def raising(**arguments: object) -> None:
    raise RuntimeError("no")


def test_one_that_raises_does_not_stop_the_others(tolerant: PluginHost) -> None:
    seen: list[str] = []

    def bad(event: Event) -> None:
        raise RuntimeError("no")

    with tolerant.registered(hooks(on_event_recorded=bad), "bad") as record:
        after = tolerant.registered(hooks(on_event_recorded=lambda event: seen.append("after")), "zzz")
        before = tolerant.registered(hooks(on_event_recorded=lambda event: seen.append("before")), "aaa")
        with after, before:
            tolerant.hooks.on_event_recorded(EVENT)
        assert sorted(seen) == ["after", "before"]
        assert record.state is PluginState.DEGRADED
        assert record.error == "on_event_recorded: RuntimeError: no"


def test_system_exit_is_contained(tolerant: PluginHost) -> None:
    def leave(event: Event) -> None:
        raise SystemExit(1)

    with tolerant.registered(hooks(on_event_recorded=leave), "leaver") as record:
        tolerant.hooks.on_event_recorded(EVENT)
        assert "SystemExit" in record.error


def test_failure_is_counted_and_logged_once_until_it_recovers(
    tolerant: PluginHost, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = [True]

    def moody(event: Event) -> None:
        if trouble[0]:
            raise RuntimeError("no")

    caplog.set_level(logging.INFO, "eyrie.plugins")
    with tolerant.registered(hooks(on_event_recorded=moody), "moody") as record:
        for _ in range(3):
            tolerant.hooks.on_event_recorded(EVENT)
        assert record.failures == 3
        trouble[0] = False
        tolerant.hooks.on_event_recorded(EVENT)
        assert record.state is PluginState.LOADED
        assert record.error == ""
    assert [entry.levelname for entry in caplog.records] == ["ERROR", "INFO"]


def test_a_slow_hook_is_told_once(
    tolerant: PluginHost, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.pluginhost.records.SLOW_SECONDS", -1.0)
    with tolerant.registered(hooks(on_event_recorded=lambda event: None, on_host_ready=lambda: None), "slow"):
        for _ in range(3):
            tolerant.hooks.on_event_recorded(EVENT)
            tolerant.hooks.on_host_ready()
    told = [entry.getMessage() for entry in caplog.records]
    assert [line.split(" took")[0] for line in told] == ["plugin slow: on_event_recorded", "plugin slow: on_host_ready"]


def test_access_fails_closed(tolerant: PluginHost) -> None:
    def bad(user_id: int) -> bool | None:
        raise RuntimeError("no")

    assert tolerant.hooks.decide_access(1, "camera.live", 1) is True
    with tolerant.registered(hooks(decide_access=bad), "bad"):
        assert tolerant.hooks.decide_access(1, "camera.live", 1) is False


@pytest.mark.parametrize(("vote", "may"), [(None, True), (True, True), (False, False), (0, False), ("yes", False)])
def test_access_is_only_taken_away(tolerant: PluginHost, vote: object, may: bool) -> None:
    with tolerant.registered(hooks(decide_access=lambda user_id: vote), "voter"):
        assert tolerant.hooks.decide_access(1, "camera.live", None) is may


def test_deletion_fails_closed_naming_the_plugin(tolerant: PluginHost) -> None:
    def bad(camera_id: int) -> str | None:
        raise RuntimeError("no")

    assert tolerant.hooks.decide_segment_deletion(1, 0, 1) is None
    with tolerant.registered(hooks(decide_segment_deletion=bad), "holder"):
        assert "holder" in (tolerant.hooks.decide_segment_deletion(1, 0, 1) or "")


def test_generator_that_breaks_off_is_attributed(tolerant: PluginHost) -> None:
    def types() -> Iterable[EventTypeSpec]:
        yield EventTypeSpec("bad.first", "First")
        raise RuntimeError("broke off")

    with tolerant.registered(hooks(register_event_types=types), "bad") as record:
        assert "broke off" in record.error
        assert tolerant.registry.all(EventTypeSpec) == []


def test_strict_mode_raises(plugin_host: PluginHost) -> None:
    failure = pytest.raises(PluginError, match="plugin bad: on_event_recorded: RuntimeError: no")
    with plugin_host.registered(hooks(on_event_recorded=lambda event: raising()), "bad"), failure:
        plugin_host.hooks.on_event_recorded(EVENT)


@pytest.mark.parametrize(
    ("functions", "sentence"),
    [
        ({"on_evnt_recorded": lambda event: None}, "no hook on_evnt_recorded"),
        ({"on_event_recorded": lambda evnt: None}, "evnt"),
        ({"on_event_recorded": lambda event, x=1: None}, "default values"),
    ],
)
def test_wrong_implementations_are_refused_whole(
    tolerant: PluginHost, functions: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Exception, match=sentence), tolerant.registered(hooks(**functions), "wrong"):
        pass
    assert "wrong" not in tolerant.plugins
    assert not tolerant.implements("on_event_recorded")


def test_async_implementations_are_refused(tolerant: PluginHost) -> None:
    async def later(event: Event) -> None: ...

    with pytest.raises(ValueError, match="async"), tolerant.registered(hooks(on_event_recorded=later), "wrong"):
        pass


def test_order_is_not_for_plugins(tolerant: PluginHost) -> None:
    @hookimpl(tryfirst=True)
    def on_event_recorded(event: Event) -> None: ...

    wrong = SimpleNamespace(on_event_recorded=on_event_recorded)
    with pytest.raises(ValueError, match="order"), tolerant.registered(wrong, "wrong"):
        pass


def test_code_of_descriptors_is_contained_too(tolerant: PluginHost) -> None:
    with tolerant.registered(hooks(), "acme") as record:
        outcome = tolerant.run("acme", "open", raising)
        assert not outcome.ok
        assert "open: RuntimeError: no" in record.error

    async def bad() -> int:
        raise RuntimeError("later")

    outcome = asyncio.run(tolerant.run_async("acme", "probe", bad))
    assert str(outcome.error) == "later"
