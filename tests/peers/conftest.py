"""Fixtures of the tests with peers."""

from tests.peers.gst import gst_recorder, gst_server

__all__ = ["gst_recorder", "gst_server"]
