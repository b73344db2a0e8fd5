"""Calls to a real server."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from core.api import ActionContext, Event, GiveUp, NotDone, RetryLater
from core.testing.actions import ActionContract
from core.testing.certificates import self_signed
from core.testing.receiver import Receiver, Reply
from plugins.webhook import action
from plugins.webhook.action import RefusedCall, call
from plugins.webhook.hooks import register_actions
from plugins.webhook.settings import CallSettings, WebhookSettings

NOW = 1_767_225_600_000
CONTEXT = ActionContext("delivery-7", 1, Event(1, "camera.offline", 1, NOW, None), now_ms=NOW)


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator allows this machine."""
    monkeypatch.setattr("core.api.services.plugin_settings", lambda _: WebhookSettings(networks=["127.0.0.1"]))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _server(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def working(self) -> BaseModel:
        return CallSettings(url=self.receiver.url)

    def broken(self) -> BaseModel:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            return CallSettings(url=f"http://127.0.0.1:{taken.getsockname()[1]}/")

    def deeds(self) -> int:
        return len(self.receiver.received)


def test_body_headers_and_method(receiver: Receiver) -> None:
    settings = CallSettings(
        url=receiver.url + "hook?a=1",
        method="patch",
        body='{"plate": "ZÜ 1"}',
        headers=["X-Source: eyrie", "user-agent: mine"],
        authorization="Bearer t0ken",
    )
    assert call(settings, CONTEXT) == "Answered 200."
    got = receiver.received[0]
    assert (got.method, got.path) == ("PATCH", "/hook?a=1")
    assert json.loads(got.body) == {"plate": "ZÜ 1"}
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-source"] == "eyrie"
    assert got.headers["user-agent"] == "mine"
    assert got.headers["authorization"] == "Bearer t0ken"
    assert got.headers["webhook-id"] == "delivery-7"
    assert "webhook-signature" not in got.headers


def test_a_form_is_encoded(receiver: Receiver) -> None:
    kind = "application/x-www-form-urlencoded"
    call(CallSettings(url=receiver.url, content_type=kind, body="what=a & b\nwhere=Tür=1\n\n"), CONTEXT)
    assert receiver.received[0].body == b"what=a+%26+b&where=T%C3%BCr%3D1"


@pytest.mark.parametrize(
    ("secret", "key"), [("plain secret", b"plain secret"), ("whsec_" + base64.b64encode(b"\0key").decode(), b"\0key")]
)
def test_the_receiver_can_check_the_signature(receiver: Receiver, secret: str, key: bytes) -> None:
    call(CallSettings(url=receiver.url, secret=secret, body="é"), CONTEXT)
    got = receiver.received[0]
    message = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    wanted = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{wanted}"
    assert got.headers["webhook-timestamp"] == str(NOW // 1000)


def test_the_specifications_own_example() -> None:
    """The example of the Standard Webhooks specification and of its libraries."""
    headers = action.signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330_000,
        b'{"test": 2432232314}',
    )
    assert headers["Webhook-Signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_what_may_pass_is_tried_again(receiver: Receiver, status: int) -> None:
    receiver.reply = Reply(status, body=b"  busy \n now ")
    with pytest.raises(RefusedCall, match=f"Answered {status}: busy now"):
        call(CallSettings(url=receiver.url), CONTEXT)


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("Thu, 01 Jan 2026 00:01:00 GMT", 60), ("9999999", 86_400)]
)
def test_the_receiver_may_say_when(receiver: Receiver, value: str, seconds: float) -> None:
    receiver.reply = Reply(429, {"Retry-After": value})
    with pytest.raises(RetryLater) as caught:
        call(CallSettings(url=receiver.url), CONTEXT)
    assert caught.value.seconds == seconds


def test_a_time_to_wait_that_is_none_is_passed_over(receiver: Receiver) -> None:
    receiver.reply = Reply(503, {"Retry-After": "soon"})
    with pytest.raises(RefusedCall):
        call(CallSettings(url=receiver.url), CONTEXT)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 422])
def test_what_will_not_change_by_itself_is_given_up(receiver: Receiver, status: int) -> None:
    receiver.reply = Reply(status, {"Location": "http://169.254.169.254/"}, b"no")
    with pytest.raises(GiveUp, match=f"Answered {status}"):
        call(CallSettings(url=receiver.url), CONTEXT)
    assert len(receiver.received) == 1


def test_the_own_network_is_refused_unless_allowed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.api.services.plugin_settings", lambda _: WebhookSettings())
    with pytest.raises(GiveUp, match=r"127\.0\.0\.1 is not on the public internet; add its network"):
        call(CallSettings(url=receiver.url), CONTEXT)
    assert receiver.received == []


def test_https_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    with Receiver(self_signed(tmp_path)) as receiver:
        with pytest.raises(NotDone, match="not trusted"):
            call(CallSettings(url=receiver.url), CONTEXT)
        assert call(CallSettings(url=receiver.url, verify_certificate=False), CONTEXT) == "Answered 200."


@pytest.mark.parametrize(
    "given",
    [
        {"url": ""},
        {"url": "https://a.b/", "method": "GET\r\nX: y"},
        {"url": "https://a.b/", "method": "connect"},
        {"url": "https://a.b/", "headers": ["no header"]},
        {"url": "https://a.b/", "headers": ["Host: other"]},
        {"url": "https://a.b/", "headers": ["X: a\r\nY: b"]},
        {"url": "https://a.b/", "timeout": 0},
        {"url": "https://a.b/", "unknown": 1},
    ],
)
def test_bad_settings(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CallSettings.model_validate(given)


def test_bad_networks() -> None:
    with pytest.raises(ValidationError, match="'lan' is no network"):
        WebhookSettings(networks=["lan"])
