"""Fixtures of the device's tests."""

from plugins.simulator.onvif.tests.talking import client
from plugins.simulator.testing import onvif_device, simulator, simulator_cache

__all__ = ["client", "onvif_device", "simulator", "simulator_cache"]
