"""Settings of the mail server, and of one mail in a rule."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

ADDRESS = re.compile(r"[^@\s<>\",;:\\()\[\]]+@[^@\s<>\",;:\\()\[\]]+")
MOST_RECIPIENTS = 100
TEXT = """\
{{ event.title }}
{{ camera }}
{{ event.start }}

{{ link }}"""


def _address(value: str) -> str:
    value = value.strip()
    if not ADDRESS.fullmatch(value) or not value.isprintable():
        raise ValueError(f"{value!r} is no mail address, such as guard@example.org")
    return value


class MailServerSettings(BaseModel):
    """The server that takes the mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("", title="Mail server", description="Name of the server, such as smtp.example.org.")
    port: int = Field(587, ge=1, le=65535, title="Port", description="587 for STARTTLS, 465 for TLS, 25 for plain.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        title="Encryption",
        description="starttls: encrypted after the greeting. tls: from the first byte. none: readable on the way.",
    )
    verify_certificate: bool = Field(
        True, title="Check the certificate", description="Refuse a server whose certificate is not trusted."
    )
    username: str = Field("", title="User name", description="Name to sign in with; empty when none is needed.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of that user; kept encrypted.")
    sender: str = Field("", title="From", description="Address that the mails come from, such as eyrie@example.org.")

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        value = value.strip()
        if not value.isprintable() or set(value) & set(" /@"):
            raise ValueError("is no server name; write it without scheme and port, such as smtp.example.org")
        return value

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return _address(value) if value.strip() else ""


class MailSettings(BaseModel):
    """One mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: list[str] = Field(
        title="To", description="Addresses of those who get it, one a line.", min_length=1, max_length=MOST_RECIPIENTS
    )
    subject: str = Field(
        "{{ event.title }} · {{ camera }}",
        title="Subject",
        description="First line of the mail.",
        min_length=1,
        json_schema_extra={"template": True},
    )
    text: str = Field(
        TEXT,
        title="Text",
        description="What the mail says.",
        json_schema_extra={"template": True, "format": "textarea"},
    )
    picture: bool = Field(True, title="Picture", description="Attach a picture of the camera at that moment.")

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(_address(one) for one in value))
