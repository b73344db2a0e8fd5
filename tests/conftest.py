"""Fixtures of the tests that cross rooms."""

from plugins.simulator.testing import simulator, simulator_cache
from tests.rig.fixtures import clips, new_system, running_system

__all__ = ["clips", "new_system", "running_system", "simulator", "simulator_cache"]
