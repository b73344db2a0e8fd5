"""Health checks: each answers for itself, one that hangs delays nobody."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, Level
from core.pluginhost import PluginHost
from core.pluginhost.health import HealthChecks


@pytest.fixture
def host_with() -> Iterator[Callable[..., PluginHost]]:
    with ExitStack() as stack:

        def make(*checks: HealthCheckSpec) -> PluginHost:
            hooks = SimpleNamespace(register_health_checks=hookimpl(lambda: checks))
            host = PluginHost()
            host.load()
            stack.enter_context(host.registered(hooks, "acme"))
            return host

        yield make


def test_answers_failures_and_nonsense(host_with: Callable[..., PluginHost]) -> None:
    def bad() -> Health:
        raise ConnectionError("refused")

    host = host_with(
        HealthCheckSpec("good", "Good", lambda: Health(Level.OK, "fine.")),
        HealthCheckSpec("bad", "Bad", bad),
        HealthCheckSpec("odd", "Odd", lambda: None),  # type: ignore[arg-type, return-value]
    )
    results = {result.name: result for result in HealthChecks(host).run()}
    assert (results["good"].level, results["good"].summary) == (Level.OK, "fine.")
    assert results["bad"].level is Level.FAILED
    assert "ConnectionError: refused" in results["bad"].summary
    assert results["odd"].level is Level.FAILED
    assert "acme" in host.plugins
    assert "refused" in host.plugins["acme"].error


@pytest.mark.timeout(20)
def test_hanging_check_is_reported_and_not_started_twice(host_with: Callable[..., PluginHost]) -> None:
    release, starts = threading.Event(), []

    def hang() -> Health:
        starts.append(1)
        release.wait(15)
        return Health(Level.OK, "late.")

    checks = HealthChecks(host_with(HealthCheckSpec("slow", "Slow", hang, timeout=0.05)))
    for _ in range(3):
        (result,) = checks.run()
        assert result.level is Level.FAILED
        assert "no answer within 0.05 s" in result.summary
    assert len(starts) == 1
    release.set()


@pytest.mark.timeout(20)
def test_several_hanging_checks_cost_the_longest_timeout_only(host_with: Callable[..., PluginHost]) -> None:
    """The second one's time has run while the first was waited for: nobody waits for it again."""
    release = threading.Event()

    def hang() -> Health:
        release.wait(15)
        return Health(Level.OK, "late.")

    specs = [HealthCheckSpec(f"slow{number}", "Slow", hang, timeout=0.2) for number in range(50)]
    results: list[object] = []
    runner = threading.Thread(target=lambda: results.extend(HealthChecks(host_with(*specs)).run()))
    runner.start()
    runner.join(5)  # one after the other they would take ten seconds
    assert len(results) == 50
    release.set()


def test_a_check_that_is_under_way_is_waited_for(host_with: Callable[..., PluginHost]) -> None:
    release, starts = threading.Event(), []

    def slow() -> Health:
        starts.append(1)
        release.wait(15)
        return Health(Level.OK, "well.")

    host = host_with(HealthCheckSpec("slow", "Slow", slow, timeout=15))
    checks = HealthChecks(host)
    (entry,) = host.registry.entries(HealthCheckSpec)
    run = checks._start(entry)
    assert checks._start(entry) is run
    release.set()
    assert checks._result(entry, run).summary == "well."
    assert checks.run()[0].summary == "well."
    assert len(starts) == 2  # `run` found the first one ended and asked anew
