"""Publishing on websocket topics, from any process: small messages only, through the channel layer."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

GROUP = "topic."
"""Prefix of a topic's group in the channel layer."""


def publish(topic: str, message: dict[str, Any]) -> None:
    """Send a message to all who subscribed to a topic. Not from an event loop. Nobody listening is no error.

    A message about a camera carries its `camera_id`: subscribers without rights on it do not get the message.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    envelope = {"type": "topic.message", "topic": topic, "message": message}
    if hasattr(layer, "publish"):  # the hub's own way for processes without an event loop
        layer.publish(GROUP + topic, envelope)
    else:
        async_to_sync(layer.group_send)(GROUP + topic, envelope)
