"""Fixtures for plugin authors. Loaded by the entry point `pytest11`, or with `-p core.testing.pytest_plugin`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite(
    *(f"core.testing.{name}" for name in ("actions", "backup", "cameras", "detectors", "specs", "storage"))
)

if TYPE_CHECKING:
    from core.pluginhost import PluginHost
    from core.pluginhost.records import PluginRecord
    from core.testing.clock import FakeClock

Register = Callable[[ModuleType | SimpleNamespace, str], "PluginRecord"]


@pytest.fixture
def plugin_host() -> PluginHost:
    """A plugin host without plugins, strict: what a plugin does wrong raises PluginError."""
    from core.pluginhost import PluginHost

    host = PluginHost(strict=True)
    host.load()
    return host


@pytest.fixture
def register_temporarily() -> Iterator[Register]:
    """Register hooks with the process's own plugin host until the test ends: `register_temporarily(hooks, "acme")`."""
    from core.pluginhost import host

    with ExitStack() as stack:
        yield lambda hooks, name: stack.enter_context(host().registered(hooks, name))


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock that stands still until it is told."""
    from core.testing.clock import FakeClock

    return FakeClock()


@pytest.fixture
def storage_root(tmp_path: Path) -> Path:
    """An empty directory for a volume."""
    root = tmp_path / "volume"
    root.mkdir()
    return root
