"""A device whose every answer a test decides, and settings that lead to it."""

from plugins.onvif.client.tests.conftest import device_at, faulty

__all__ = ["device_at", "faulty"]
