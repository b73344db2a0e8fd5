"""Fixtures of the tests that cross rooms."""

from plugins.simulator.testing import simulator, simulator_cache
from tests.rig.browser import chromium, window
from tests.rig.fixtures import clips, new_system, running_system
from tests.rig.receiver import receiver

__all__ = ["chromium", "clips", "new_system", "receiver", "running_system", "simulator", "simulator_cache", "window"]
