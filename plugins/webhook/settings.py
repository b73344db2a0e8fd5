"""Settings of the plugin, and of one action in a rule."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from core.api.outgoing import networks

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
DEFAULT_BODY = """\
{
  "event": {{ event | json }},
  "camera": {{ camera | json }},
  "rule": {{ rule | json }},
  "site": {{ site | json }},
  "link": {{ link | json }}
}"""
OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection", "webhook-id")


class WebhookSettings(BaseModel):
    """What holds for all webhooks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    networks: list[str] = Field(
        [],
        title="Allowed networks",
        description="Networks of your own that rules may call, one a line, such as 192.168.1.0/24. The public internet "
        "is always allowed, everything else refused, so that a rule cannot reach into the network.",
    )

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        networks(value)
        return value


class CallSettings(BaseModel):
    """One call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        title="Address",
        description="What to call, such as https://example.org/hook.",
        min_length=1,
        json_schema_extra={"template": True},
    )
    method: str = Field("POST", title="Method", description="GET, POST, PUT, PATCH, DELETE or any other HTTP method.")
    content_type: Literal["application/json", "application/x-www-form-urlencoded", "text/plain"] = Field(
        "application/json", title="Kind of body", description="What the body is; sent as Content-Type."
    )
    body: str = Field(
        DEFAULT_BODY,
        title="Body",
        description="What is sent. For a form, write one field a line as name=value. Empty sends none.",
        json_schema_extra={"template": True, "format": "textarea"},
    )
    headers: list[str] = Field([], title="Headers", description="Further headers, one a line, as Name: value.")
    authorization: SecretStr = Field(
        SecretStr(""),
        title="Authorization",
        description="Value of the Authorization header, such as Bearer and a token; kept encrypted. Empty for none.",
    )
    secret: SecretStr = Field(
        SecretStr(""),
        title="Signing key",
        description="With it each call is signed (HMAC-SHA256 over id, time and body), so that the receiver can be "
        "sure of its sender. Kept encrypted. Empty for no signature.",
    )
    verify_certificate: bool = Field(
        True, title="Check the certificate", description="Refuse an https server whose certificate is not trusted."
    )
    timeout: float = Field(
        10.0, ge=1, le=50, title="Time limit", description="Seconds the other side may take for the whole call."
    )

    @field_validator("method")
    @classmethod
    def _is_a_method(cls, value: str) -> str:
        value = value.strip().upper()
        if not TOKEN.fullmatch(value):
            raise ValueError("is no HTTP method, such as POST")
        if value in ("CONNECT", "TRACE"):
            raise ValueError(f"{value} is no call of an address; choose another method")
        return value

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: list[str]) -> list[str]:
        for line in value:
            name, colon, rest = line.partition(":")
            if not colon or not TOKEN.fullmatch(name.strip()) or not rest.strip().isprintable():
                raise ValueError(f"{line!r} is no header; write Name: value")
            if name.strip().lower() in OWN_HEADERS:
                raise ValueError(f"{name.strip()} is set by Eyrie; leave it out")
        return value
