"""Publishing on websocket topics, from any process."""

from __future__ import annotations

from typing import Any

from core.publishing import publish as send

GROUP = "topic."
"""Prefix of a topic's group in the channel layer."""


def publish(topic: str, message: dict[str, Any]) -> None:
    """Send a small message to all who subscribed to a topic. Not from an event loop. Nobody listening is no error.

    A message about a camera carries its `camera_id`: subscribers without rights on it do not get the message.
    """
    send(GROUP + topic, {"type": "topic.message", "topic": topic, "message": message})
