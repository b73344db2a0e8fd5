"""Publishing a message when a rule fires."""

from __future__ import annotations

from core.api import ActionContext, GiveUp
from plugins.mqtt.broker import SECONDS, BrokerError, connected
from plugins.mqtt.settings import BrokerSettings, MessageSettings, topic_problem


def publish(settings: MessageSettings, context: ActionContext) -> str:
    """Publish it and wait until the broker has it. Raises GiveUp for what will not change by itself, BrokerError."""
    if problem := topic_problem(settings.topic):
        raise GiveUp(f"The topic {settings.topic!r} {problem}.")
    try:
        with connected(broker_settings()) as client:
            sent = client.publish(settings.topic, settings.payload.encode(), settings.qos, settings.retain)
            try:
                sent.wait_for_publish(SECONDS)
            except RuntimeError as error:  # paho's way of saying that the connection is gone
                raise BrokerError(f"The broker hung up before it had the message ({error}).") from error
            if not sent.is_published():
                raise BrokerError(f"The broker did not confirm the message within {SECONDS:g} s.")
    except BrokerError as error:
        if error.lasting:
            raise GiveUp(str(error)) from error
        raise
    return f"Published on {settings.topic}."


def broker_settings() -> BrokerSettings:
    """The settings as they are saved."""
    from core.api.services import plugin_settings  # needs Django

    found = plugin_settings("mqtt")
    if not isinstance(found, BrokerSettings):
        raise TypeError("the settings of mqtt are not of its model")
    return found
