"""Fixtures of the tests that cross rooms."""

from collections.abc import Generator

import pytest

from plugins.simulator.testing import simulator, simulator_cache
from tests.rig.browser import chromium, end_chromium_before, whole_window, window
from tests.rig.fixtures import clips, new_system, running_system
from tests.rig.receiver import receiver

__all__ = [
    "chromium",
    "clips",
    "new_system",
    "receiver",
    "running_system",
    "simulator",
    "simulator_cache",
    "whole_window",
    "window",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None]:
    """The browser goes when the last of its tests, with all that they opened, is over."""
    yield
    end_chromium_before(nextitem)
