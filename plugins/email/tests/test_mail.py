"""Mails to a real server."""

import socket
from collections.abc import Callable

import pytest
from pydantic import BaseModel, ValidationError

from core.api import ActionContext, Event, GiveUp, Level
from core.testing.actions import ActionContract
from plugins.email.action import send
from plugins.email.hooks import register_actions
from plugins.email.server import MailError, try_out
from plugins.email.settings import MailServerSettings, MailSettings
from plugins.email.tests.conftest import Start

NOW = 1_767_225_600_000
JPEG = b"\xff\xd8picture\xff\xd9"
CONTEXT = ActionContext(
    "delivery-7",
    1,
    Event(1, "camera.offline", 1, NOW, None),
    "Rule",
    "Haustür",
    "Home",
    "https://x/",
    NOW,
    lambda: JPEG,
)
MAIL = MailSettings(to=["guard@example.org"], subject="Türe\nauf", text="Zeile 1\nhttps://x/")
Use = Callable[[MailServerSettings], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """These settings are the saved ones."""
    return lambda settings: monkeypatch.setattr("core.api.services.plugin_settings", lambda _: settings)


def nowhere() -> MailServerSettings:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return MailServerSettings(host="127.0.0.1", port=port, security="none", sender="eyrie@example.org")


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _server(self, start: Start, use: Use) -> None:
        self.box, server = start()
        self.server, self.use = server, use
        use(server)

    def working(self) -> BaseModel:
        return MAIL

    def broken(self) -> BaseModel:
        self.use(nowhere())
        return MAIL

    def deeds(self) -> int:
        return len(self.box.mails)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_mail_arrives_whole(start: Start, use: Use, security: str, signed_in: bool) -> None:
    box, server = start(security, signed_in=signed_in)
    use(server)
    settings = MailSettings(to=["guard@example.org", "owner@example.org"], subject=MAIL.subject, text=MAIL.text)
    assert send(settings, CONTEXT) == "Sent to 2 of 2."
    [(recipients, mail)] = box.mails
    assert recipients == settings.to
    assert mail["Subject"] == "Türe auf"
    assert mail["From"] == "eyrie@example.org"
    assert mail["Message-ID"] == "<delivery-7@example.org>"
    assert mail["Date"].datetime.timestamp() * 1000 == NOW
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Zeile 1", "https://x/"]
    [attached] = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("image/jpeg", "Haustür.jpg")
    assert attached.get_content() == JPEG


def test_no_picture_when_none_is_wanted_or_there(start: Start, use: Use) -> None:
    box, server = start()
    use(server)
    send(MAIL.model_copy(update={"picture": False}), CONTEXT)
    send(MAIL, ActionContext("k", 1, None))
    assert [list(mail.iter_attachments()) for _, mail in box.mails] == [[], []]


def test_an_untrusted_certificate(start: Start, use: Use) -> None:
    _, server = start("tls")
    use(server.model_copy(update={"verify_certificate": True}))
    with pytest.raises(MailError, match="no secure connection"):
        send(MAIL, CONTEXT)


def test_a_wrong_password_is_given_up(start: Start, use: Use) -> None:
    box, server = start("starttls", signed_in=True)
    use(server.model_copy(update={"username": "other"}))
    with pytest.raises(GiveUp, match="refuses user name or password: 535"):
        send(MAIL, CONTEXT)
    assert box.mails == []


def test_a_server_without_starttls(start: Start, use: Use) -> None:
    _, server = start("none")
    use(server.model_copy(update={"security": "starttls"}))
    with pytest.raises(GiveUp, match="Choose another encryption"):
        send(MAIL, CONTEXT)


def test_some_recipients_are_refused_for_good(start: Start, use: Use) -> None:
    box, server = start()
    use(server)
    box.refuse["gone@example.org"] = "550 no such user"
    line = send(MAIL.model_copy(update={"to": ["gone@example.org", "guard@example.org"]}), CONTEXT)
    assert line == "Sent to 1 of 2; refused: gone@example.org: 550 no such user"
    assert box.mails[0][0] == ["guard@example.org"]


@pytest.mark.parametrize(("answer", "raised"), [("450 greylisted", MailError), ("550 no such user", GiveUp)])
def test_all_recipients_are_refused(start: Start, use: Use, answer: str, raised: type[Exception]) -> None:
    box, server = start()
    use(server)
    box.refuse["guard@example.org"] = answer
    with pytest.raises(raised, match=answer):
        send(MAIL, CONTEXT)


@pytest.mark.parametrize(("answer", "raised"), [("452 disk full", MailError), ("554 looks like spam", GiveUp)])
def test_the_mail_itself_is_refused(start: Start, use: Use, answer: str, raised: type[Exception]) -> None:
    box, server = start()
    use(server)
    box.refuse_all = answer
    with pytest.raises(raised, match=answer):
        send(MAIL, CONTEXT)


def test_without_a_server(use: Use) -> None:
    use(MailServerSettings())
    with pytest.raises(GiveUp, match="No mail server is set up"):
        send(MAIL, CONTEXT)


def test_trying_the_settings_sends_nothing(start: Start) -> None:
    box, server = start("starttls", signed_in=True)
    assert try_out(server).level is Level.OK
    assert try_out(server.model_copy(update={"username": "other"})).level is Level.FAILED
    assert "cannot be reached" in try_out(nowhere()).summary
    assert try_out(MailServerSettings()).level is Level.OK
    assert try_out(MailServerSettings(host="127.0.0.1")).level is Level.FAILED
    box.refuse["eyrie@example.org"] = "550 not yours"
    assert "550 not yours" in try_out(server).summary
    assert box.mails == []


def test_a_port_that_speaks_tls_only(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.email.server.SECONDS", 0.5)
    _, server = start("tls")
    found = try_out(server.model_copy(update={"security": "none"}))
    assert found.level is Level.FAILED
    assert "check" in found.summary


@pytest.mark.parametrize("address", ["", "guard", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b, c@d"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValidationError):
        MailSettings(to=[address])


def test_bad_server_settings() -> None:
    for given in ({"host": "smtp://a"}, {"port": 0}, {"sender": "nobody"}, {"security": "ssl"}):
        with pytest.raises(ValidationError):
            MailServerSettings.model_validate(given)
