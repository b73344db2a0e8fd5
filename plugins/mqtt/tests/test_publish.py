"""Messages through a real broker."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel, ValidationError

from core.api import ActionContext, GiveUp, Level
from core.testing.actions import ActionContract
from plugins.mqtt.action import publish
from plugins.mqtt.broker import BrokerError, try_out
from plugins.mqtt.hooks import register_actions
from plugins.mqtt.settings import BrokerSettings, MessageSettings
from plugins.mqtt.tests.conftest import Start, free_port
from plugins.mqtt.tests.listener import Listener

CONTEXT = ActionContext("delivery-7", 1, None)
MESSAGE = MessageSettings(topic="house/alarm", payload="Tür auf")
Use = Callable[[BrokerSettings], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    return lambda settings: monkeypatch.setattr("core.api.services.plugin_settings", lambda _: settings)


def nowhere() -> BrokerSettings:
    return BrokerSettings(host="127.0.0.1", port=free_port())


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _broker(self, start: Start, use: Use):
        broker = start()
        use(broker)
        self.use = use
        with Listener(broker) as self.listener:
            yield

    def working(self) -> BaseModel:
        return MESSAGE

    def broken(self) -> BaseModel:
        self.use(nowhere())
        return MESSAGE

    def deeds(self) -> int:
        return self.listener.count("house/alarm")


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_message_arrives(start: Start, use: Use, tls: bool, signed_in: bool, qos: int) -> None:
    if qos != 1 and (tls or signed_in):
        return  # the quality has nothing to do with the way in
    broker = start(tls=tls, signed_in=signed_in)
    use(broker)
    with Listener(broker) as listener:
        line = publish(MESSAGE.model_copy(update={"qos": qos}), CONTEXT)
        assert line == "Published on house/alarm."
        assert listener.wait_for("house/alarm") == "Tür auf".encode()


def test_a_retained_message_waits_for_who_comes_later(start: Start, use: Use) -> None:
    broker = start()
    use(broker)
    publish(MESSAGE.model_copy(update={"retain": True}), CONTEXT)
    publish(MessageSettings(topic="house/other", payload="gone"), CONTEXT)
    with Listener(broker) as listener:
        listener.wait_for("house/alarm")
        assert listener.messages == [("house/alarm", "Tür auf".encode(), True)]


def test_a_wrong_password_is_given_up(start: Start, use: Use) -> None:
    use(start(signed_in=True).model_copy(update={"username": "other"}))
    with pytest.raises(GiveUp, match="does not let us in: Not authorized"):
        publish(MESSAGE, CONTEXT)


def test_an_untrusted_certificate(start: Start, use: Use) -> None:
    use(start(tls=True).model_copy(update={"verify_certificate": True}))
    with pytest.raises(BrokerError, match="no secure connection"):
        publish(MESSAGE, CONTEXT)


def test_a_broker_that_speaks_tls_only(start: Start, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.mqtt.broker.SECONDS", 1.0)
    use(start(tls=True).model_copy(update={"tls": False}))
    with pytest.raises(BrokerError, match="check port and TLS"):
        publish(MESSAGE, CONTEXT)


def test_without_a_broker(use: Use) -> None:
    use(BrokerSettings())
    with pytest.raises(GiveUp, match="No broker is set up"):
        publish(MESSAGE, CONTEXT)


def test_a_topic_that_a_template_spoiled(use: Use) -> None:
    use(nowhere())
    for topic in ("house/#", "a/+/b", "a\0b", "x" * 1001):
        with pytest.raises(GiveUp, match="The topic"):
            publish(MessageSettings(topic=topic), CONTEXT)


def test_trying_the_settings(start: Start) -> None:
    broker = start(signed_in=True)
    assert try_out(broker).level is Level.OK
    assert try_out(broker.model_copy(update={"username": ""})).level is Level.FAILED
    assert "cannot be reached" in try_out(nowhere()).summary
    assert try_out(BrokerSettings()).level is Level.OK


def test_bad_settings() -> None:
    for given in ({"base_topic": "a/#"}, {"base_topic": "/"}, {"port": 0}):
        with pytest.raises(ValidationError):
            BrokerSettings.model_validate(given)
    with pytest.raises(ValidationError):
        MessageSettings(topic="a", qos=3)
