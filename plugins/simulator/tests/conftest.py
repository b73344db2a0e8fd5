"""Fixtures of the simulator's own tests."""

from plugins.simulator.testing import simulator, simulator_cache

__all__ = ["simulator", "simulator_cache"]
