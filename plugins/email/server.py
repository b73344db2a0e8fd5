"""A connection to the mail server: opened, encrypted, signed in."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from core.api import Health, Level, NotDone
from plugins.email.settings import MailServerSettings

SECONDS = 20.0  # for each exchange with the server


class MailError(NotDone):
    """The mail server cannot be used now; one sentence. lasting: trying again does not help until something changes."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


@contextmanager
def connection(settings: MailServerSettings) -> Iterator[smtplib.SMTP]:
    """A server that takes mail. Raises MailError, also for what goes wrong while it is used."""
    if not (settings.host and settings.sender):
        raise MailError("No mail server is set up; name server and sender under Plugins, E-mail.", lasting=True)
    where = f"{settings.host}:{settings.port}"
    try:
        server = _connected(settings)
        try:
            if settings.username:
                server.login(settings.username, settings.password.get_secret_value())
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):  # the mail is taken or not by now
                server.quit()
            server.close()
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(
            f"{where} refuses user name or password: {said(error)}", lasting=error.smtp_code >= 500
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(f"{where}: {error} Choose another encryption, or no user name.", lasting=True) from error
    except smtplib.SMTPResponseException as error:
        raise MailError(f"{where} says: {said(error)}", lasting=error.smtp_code >= 500) from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or error
        raise MailError(f"{where}: no secure connection ({reason}); check encryption, port and certificate.") from error
    except TimeoutError as error:
        raise MailError(f"{where} did not answer within {SECONDS:g} s; check encryption and port.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"{where} cannot be reached ({error}); check server and port.") from error


def said(error: smtplib.SMTPResponseException) -> str:
    """What the server answered, on one line."""
    return answer(error.smtp_code, error.smtp_error)


def answer(code: int, text: bytes | str) -> str:
    """A server's code and words, on one line."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:300]


def try_out(settings: MailServerSettings) -> Health:
    """Connect, sign in and ask whether the sender is welcome; no mail is sent."""
    if not settings.host:
        return Health(Level.OK, "No mail server is set up; rules cannot send mail.")
    if not settings.sender:
        return Health(Level.FAILED, "Name the address that mails come from.")
    try:
        with connection(settings) as server:
            code, text = server.mail(settings.sender)
            if code != 250:
                return Health(Level.FAILED, f"{settings.sender} may not send mail there: {answer(code, text)}")
            server.rset()
    except MailError as error:
        return Health(Level.FAILED, str(error))
    return Health(Level.OK, f"{settings.host} takes mail from {settings.sender}.")


def _connected(settings: MailServerSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if not settings.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server
