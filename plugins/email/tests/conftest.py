"""A real mail server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from core.testing.certificates import self_signed
from plugins.email.settings import MailServerSettings

USER, PASSWORD = "eyrie", "s3cret"


@dataclass
class Mailbox:
    """What the server took, and what it refuses: an address to the answer it gets."""

    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_all: str = ""

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse_all:
            return self.refuse_all
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), parsed))
        return "250 OK"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class _Server(Controller):
    """Controller that binds port 0 and, unlike its base, takes the port that it got."""

    def __init__(self, handler: Mailbox, tls: SSLContext | None, **smtp: Any) -> None:
        self._smtp = smtp
        super().__init__(handler, hostname="127.0.0.1", port=0, ssl_context=tls)

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self._smtp)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Start = Callable[..., tuple[Mailbox, MailServerSettings]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("starttls", signed_in=True)` gives a mailbox and the settings that reach it."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    with ExitStack() as stack:

        def begin(security: str = "none", *, signed_in: bool = False) -> tuple[Mailbox, MailServerSettings]:
            box = Mailbox()
            smtp: dict[str, Any] = {"auth_require_tls": False}
            if security == "starttls":
                smtp |= {"tls_context": context, "require_starttls": True}
            if signed_in:
                smtp |= {"auth_required": True, "authenticator": _authenticate}
            server = _Server(box, context if security == "tls" else None, **smtp)
            server.start()
            stack.callback(server.stop)
            given = {
                "host": "127.0.0.1",
                "port": server.port,
                "security": security,
                "verify_certificate": False,
                "sender": "eyrie@example.org",
            }
            return box, MailServerSettings.model_validate(
                given | ({"username": USER, "password": PASSWORD} if signed_in else {})
            )

        yield begin
