"""Sending a mail."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate

from core.api import ActionContext, GiveUp
from plugins.email.server import MailError, answer, connection
from plugins.email.settings import MailServerSettings, MailSettings


def send(settings: MailSettings, context: ActionContext) -> str:
    """Send it to all recipients. Raises GiveUp for what will not change by itself, else MailError."""
    from core.api.services import plugin_settings  # needs Django

    server_settings = plugin_settings("email")
    if not isinstance(server_settings, MailServerSettings):
        raise TypeError("the settings of email are not of its model")
    message = compose(settings, context, server_settings.sender)
    try:
        with connection(server_settings) as server:
            return _sent(server, message, settings.to)
    except MailError as error:
        if error.lasting:
            raise GiveUp(str(error)) from error
        raise


def compose(settings: MailSettings, context: ActionContext, sender: str) -> EmailMessage:
    """The mail. Its id follows from the delivery, so that a mail sent twice is recognised as one."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(settings.to)
    message["Subject"] = " ".join(settings.subject.split())[:500]
    message["Date"] = formatdate(context.now_ms / 1000)
    message["Message-ID"] = f"<{context.key}@{sender.rpartition('@')[2] or 'eyrie'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer it
    message.set_content(settings.text)
    picture = context.picture() if settings.picture else None
    if picture:
        message.add_attachment(picture, maintype="image", subtype="jpeg", filename=_filename(context))
    return message


def _filename(context: ActionContext) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in context.camera)
    return f"{kept or 'picture'}.jpg"


def _sent(server: smtplib.SMTP, message: EmailMessage, to: list[str]) -> str:
    try:
        refused = server.send_message(message, to_addrs=to)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    names = "; ".join(f"{address}: {answer(code, text)}" for address, (code, text) in refused.items())
    if any(code < 500 for code, _ in refused.values()):
        # Those who took it get it again, with the same id: better twice than not at all.
        raise MailError(f"Refused for now: {names}")
    if len(refused) == len(to):
        raise MailError(f"Refused: {names}", lasting=True)
    sent = f"Sent to {len(to) - len(refused)} of {len(to)}"
    return f"{sent}; refused: {names}" if refused else f"{sent}."
