"""Settings of one camera of this driver."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from plugins.onvif.client.address import Address

_MORE: dict[str, Any] = {"advanced": True}  # folded away in forms
_FINGERPRINT = re.compile(r"[0-9A-F]{64}")


class OnvifSettings(BaseModel):
    """How to reach one camera, or one channel of a device that has several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(
        title="Address",
        description="Address of the device, such as 192.168.1.20, 192.168.1.20:8080 or https://camera.example.",
    )
    user: str = Field("", title="User name", description="Name of a user of the device; empty when it asks for none.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of that user.")
    channel: str = Field(
        "",
        title="Channel",
        description="Video source of a recorder or an encoder with several of them; empty for the first.",
        json_schema_extra=_MORE,
    )
    main_profile: str = Field(
        "",
        title="Main profile",
        description="Media profile of the main stream; empty for the one with most pixels.",
        json_schema_extra=_MORE,
    )
    sub_profile: str = Field(
        "",
        title="Sub profile",
        description="Media profile of the sub stream; empty for a smaller one.",
        json_schema_extra=_MORE,
    )
    audio: bool = Field(
        True,
        title="Sound",
        description="Record and play the camera's sound, where it has any.",
        json_schema_extra=_MORE,
    )
    certificate: str = Field(
        "",
        title="Certificate",
        description="SHA-256 fingerprint of the device's certificate, where no known authority vouches for it. Eyrie "
        "shows it when it tries the device; compare it with the one that the device shows.",
        json_schema_extra=_MORE,
    )
    metadata: bool = Field(
        False,
        title="Objects the camera sees",
        description="Draw, keep and count what the camera's own analytics see. Takes a further session of the camera.",
        json_schema_extra=_MORE,
    )
    nat: bool = Field(
        True,
        title="Correct addresses",
        description="Reach the device's services and streams at the address above, whatever address the device tells "
        "for them. Needed behind a router that translates addresses.",
        json_schema_extra=_MORE,
    )
    rtsp_port: int = Field(
        0,
        ge=0,
        le=65535,
        title="RTSP port",
        description="Port of the streams where a router forwards another; 0 else.",
        json_schema_extra=_MORE,
    )
    device_id: str = Field(
        "",
        title="Identity",
        description="By which the device is found again when its address changes; filled in by Eyrie.",
        json_schema_extra=_MORE,
    )
    moves: bool = Field(
        True,
        title="Can be moved",
        description="Whether the device moves the camera; filled in by Eyrie.",
        json_schema_extra=_MORE,
    )
    speaks: bool = Field(
        False,
        title="Has a loudspeaker",
        description="Whether one can talk through the camera; filled in by Eyrie.",
        json_schema_extra={"advanced": True},
    )
    keeps: bool = Field(
        False,
        title="Keeps recordings",
        description="Whether what is missing may be fetched from the device; filled in by Eyrie.",
        json_schema_extra={"advanced": True},
    )
    serial: str = Field(
        "", title="Serial number", description="As the device told it; filled in by Eyrie.", json_schema_extra=_MORE
    )
    main_url: str = Field(
        "", title="Main stream", description="As the device told it; filled in by Eyrie.", json_schema_extra=_MORE
    )
    sub_url: str = Field(
        "", title="Sub stream", description="As the device told it; filled in by Eyrie.", json_schema_extra=_MORE
    )

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        Address.of(value)
        return value.strip()

    @field_validator("certificate")
    @classmethod
    def _is_a_fingerprint(cls, value: str) -> str:
        digits = re.sub(r"[\s:]", "", value).upper()
        if digits and not _FINGERPRINT.fullmatch(digits):
            raise ValueError("is no SHA-256 fingerprint, which has 64 hexadecimal digits")
        return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
