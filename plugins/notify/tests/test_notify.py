"""Notifications by services that can be had on this machine: Apprise's own JSON service, over real HTTP."""

import base64
import json
import socket
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from core.api import ActionContext, GiveUp
from core.testing.actions import ActionContract
from core.testing.receiver import Receiver, Reply
from plugins.notify.action import NotSent, notify, service
from plugins.notify.hooks import register_actions
from plugins.notify.settings import NotifySettings

JPEG = b"\xff\xd8picture\xff\xd9"
CONTEXT = ActionContext("delivery-7", 1, None, picture=lambda: JPEG)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


def to(receiver: Receiver) -> NotifySettings:
    return NotifySettings(url=f"json://127.0.0.1:{receiver.port}/hook", title="Tür", text="auf\nlink")


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _server(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def working(self) -> BaseModel:
        return to(self.receiver)

    def broken(self) -> BaseModel:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            return NotifySettings(url=f"json://127.0.0.1:{taken.getsockname()[1]}/")

    def deeds(self) -> int:
        return len(self.receiver.received)


def test_title_text_and_picture_arrive(receiver: Receiver) -> None:
    assert notify(to(receiver), CONTEXT) == "Sent by JSON."
    sent = json.loads(receiver.received[0].body)
    assert (sent["title"], sent["message"]) == ("Tür", "auf\nlink")
    [attached] = sent["attachments"]
    assert (attached["filename"], attached["mimetype"]) == ("picture.jpg", "image/jpeg")
    assert base64.b64decode(attached["base64"]) == JPEG


def test_no_picture_when_none_is_wanted(receiver: Receiver) -> None:
    notify(to(receiver).model_copy(update={"picture": False}), CONTEXT)
    assert json.loads(receiver.received[0].body)["attachments"] == []


def test_a_refusal_says_what_the_service_said(receiver: Receiver) -> None:
    receiver.reply = Reply(500)
    with pytest.raises(NotSent, match=r"JSON did not take it: .*500"):
        notify(to(receiver), CONTEXT)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "unknown://x", "tgram://", "syslog://", " SYSLOG://localhost", "dbus://"]
)
def test_what_is_no_service(url: str) -> None:
    assert service(url) is None
    with pytest.raises(ValidationError):
        NotifySettings(url=url)


def test_a_service_that_is_gone_is_given_up() -> None:
    settings = NotifySettings.model_construct(url=NotifySettings(url="json://host/").url.__class__("gone://x"))
    with pytest.raises(GiveUp):
        notify(settings, CONTEXT)


def test_more_than_a_hundred_services_are_there() -> None:
    from apprise import Apprise

    schemas = {name for one in Apprise().details()["schemas"] for name in one["protocols"] or []}
    secure = {name for one in Apprise().details()["schemas"] for name in one["secure_protocols"] or []}
    assert len(schemas | secure) > 100
    assert {"tgram", "slack", "ntfys", "signal"} <= schemas | secure
