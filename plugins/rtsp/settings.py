"""Settings of one camera of this driver."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator

SCHEMES = ("rtsp", "rtsps", "http", "https", "file")


class RtspSettings(BaseModel):
    """How to reach one camera. Credentials written into an address move to `username` and `password`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        title="Address",
        description="Address of the main stream, such as rtsp://192.168.1.20/stream1. Also rtsps, http, https (MJPEG "
        "and others) and file, which is played as a camera, over and over.",
    )
    sub_url: str = Field(
        "",
        title="Address of the sub stream",
        description="Address of a smaller picture of the same camera, for walls of many cameras; empty for none.",
    )
    username: str = Field(
        "", title="User name", description="Name of a user of the camera; empty when it asks for none."
    )
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of that user.")
    transport: Literal["auto", "tcp", "udp"] = Field(
        "auto",
        title="Transport",
        description="How the camera sends: over the connection (tcp), in datagrams (udp), or tcp unless refused (auto)",
    )
    audio: bool = Field(True, title="Sound", description="Record and play the camera's sound, where it has any.")
    verify_certificate: bool = Field(
        False,
        title="Check the certificate",
        description="Refuse an rtsps camera whose certificate no known authority signed. Most cameras sign their own.",
    )

    @model_validator(mode="before")
    @classmethod
    def _take_credentials_out(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        data = dict(data)
        for field in ("sub_url", "url"):
            bare, username, password = _without_credentials(data.get(field))
            data[field] = bare
            if username and not data.get("username"):
                data |= {"username": username, "password": password}
        return {key: value for key, value in data.items() if value is not None}

    @field_validator("url", "sub_url")
    @classmethod
    def _is_an_address(cls, value: str, info: ValidationInfo) -> str:
        optional = info.field_name == "sub_url"
        if (value or not optional) and (problem := _problem(value)):
            raise ValueError(problem)
        return value

    @field_validator("transport")
    @classmethod
    def _fits(cls, value: str, info: ValidationInfo) -> str:
        if value == "udp" and info.data.get("url", "").startswith("rtsps:"):
            raise ValueError("rtsps goes over tcp; choose tcp or auto")
        return value


def _without_credentials(value: Any) -> tuple[Any, str, str]:
    parts = _split(value.strip()) if isinstance(value, str) else None
    if parts is None or "@" not in parts.netloc or parts.scheme not in SCHEMES:
        return (value.strip() if isinstance(value, str) else value), "", ""
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _problem(url: str) -> str:
    """What is wrong with an address, as the end of a sentence that begins with the field; empty when nothing is."""
    parts = _split(url)
    if "://" not in url or parts is None or not parts.scheme:
        return "needs a scheme, such as rtsp://192.168.1.20/stream1"
    if parts.scheme not in SCHEMES:
        return f"the scheme {parts.scheme} is not known; use one of {', '.join(SCHEMES)}"
    if parts.scheme == "file":
        return (
            ""
            if parts.path.startswith("/") and not parts.netloc
            else "needs a whole path, such as file:///srv/door.mp4"
        )
    try:
        port = parts.port
    except ValueError:
        return "the port must be a number from 1 to 65535; write a password with special characters in its own field"
    if not parts.hostname or port == 0:
        return "names no host; write it as rtsp://192.168.1.20/stream1"
    return ""
