"""A connection to the broker. paho is loaded at first use, so that processes that publish nothing stay small."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.api import Health, Level, NotDone
from plugins.mqtt.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client

SECONDS = 10.0
# MQTT 3.1.1 and 5 reasons that no repetition mends (paho gives both as the codes of 5).
_LASTING = {
    "Bad user name or password",
    "Not authorized",
    "Client identifier not valid",
    "Unsupported protocol version",
    "Banned",
}


class BrokerError(NotDone):
    """The broker cannot be used now; one sentence. lasting: until something is changed."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


def make_client(settings: BrokerSettings) -> Client:
    """A client that is not connected yet. Its thread, once begun by `loop_start`, belongs to who calls that."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.connect_timeout = SECONDS
    if settings.username:
        client.username_pw_set(settings.username, settings.password.get_secret_value())
    if settings.tls:
        context = ssl.create_default_context()
        if not settings.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        client.tls_set_context(context)
    return client


@contextmanager
def connected(settings: BrokerSettings, *, will: str = "") -> Iterator[Client]:
    """A client that the broker has let in, its loop in a thread that ends with it. Raises BrokerError.

    will: topic on which the broker says `offline`, retained, when we are gone without a word.
    """
    if not settings.host:
        raise BrokerError("No broker is set up; name one under Plugins, MQTT.", lasting=True)
    client = make_client(settings)
    if will:
        client.will_set(will, b"offline", qos=1, retain=True)
    answered = threading.Event()
    reasons: list[Any] = []

    def on_connect(_client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        reasons.append(reason)
        answered.set()

    client.on_connect = on_connect
    try:
        client.connect(settings.host, settings.port)
    except (OSError, ValueError) as error:
        raise BrokerError(_unreachable(settings, error)) from error
    client.loop_start()
    try:
        if not answered.wait(SECONDS):
            raise BrokerError(f"{_where(settings)} did not answer within {SECONDS:g} s; check port and TLS.")
        if reasons[0].is_failure:
            lasting = str(reasons[0]) in _LASTING
            raise BrokerError(f"{_where(settings)} does not let us in: {reasons[0]}.", lasting=lasting)
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def try_out(settings: BrokerSettings) -> Health:
    """Connect and sign in; nothing is published."""
    if not settings.host:
        return Health(Level.OK, "No broker is set up; nothing is published.")
    try:
        with connected(settings):
            return Health(Level.OK, f"{_where(settings)} lets us in.")
    except BrokerError as error:
        return Health(Level.FAILED, str(error))


def _where(settings: BrokerSettings) -> str:
    return f"{settings.host}:{settings.port}"


def _unreachable(settings: BrokerSettings, error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or error
        return f"{_where(settings)}: no secure connection ({reason}); check TLS, port and certificate."
    return f"{_where(settings)} cannot be reached ({error}); check broker and port."
