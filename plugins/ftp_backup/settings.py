"""Settings of one target of each kind."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

_HOST = re.compile(r"[A-Za-z0-9._\-]+|[0-9A-Fa-f:.%]+")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def _is_host(value: str) -> str:
    value = value.strip()
    if not _HOST.fullmatch(value):
        raise ValueError("give the server's name or address alone, such as backup.example.org or 192.168.1.9")
    return value


def _is_folder(value: str) -> str:
    value = value.strip()
    if any(part == ".." for part in PurePosixPath(value).parts) or any(ord(one) < 32 for one in value):
        raise ValueError("name a folder without '..', such as /backup/eyrie")
    return value.rstrip("/") or ("/" if value.startswith("/") else "")


Host = Annotated[str, AfterValidator(_is_host)]
Folder = Annotated[str, AfterValidator(_is_folder)]


class FtpSettings(BaseModel):
    """How to reach an FTP server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = Field(title="Server", description="Name or address of the server.")
    security: Literal["explicit", "implicit", "none"] = Field(
        "explicit",
        title="Encryption",
        description="explicit: FTPS on the usual port, 21. implicit: FTPS from the first byte, usually port 990. "
        "none: plain FTP, which sends password and recordings readable by anyone on the way.",
    )
    port: int = Field(0, ge=0, le=65535, title="Port", description="0 for the usual one: 21, or 990 for implicit.")
    username: str = Field("anonymous", title="User name", description="Who signs in.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="What they sign in with.")
    folder: Folder = Field("", title="Folder", description="Where copies go; empty for where the sign-in leads.")
    verify_certificate: bool = Field(
        True,
        title="Check the certificate",
        description="Refuse a server whose certificate no known authority signed. Only switch it off inside your own "
        "network: anyone on the way could pretend to be the server.",
    )

    @property
    def address(self) -> tuple[str, int]:
        """Host and the port that is meant."""
        return self.host, self.port or (990 if self.security == "implicit" else 21)


class SftpSettings(BaseModel):
    """How to reach an SFTP server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = Field(title="Server", description="Name or address of the server.")
    port: int = Field(22, ge=1, le=65535, title="Port", description="Usually 22.")
    username: str = Field(title="User name", description="Who signs in.", min_length=1)
    password: SecretStr = Field(
        SecretStr(""), title="Password", description="What they sign in with; empty when a key is used."
    )
    private_key: SecretStr = Field(
        SecretStr(""),
        title="Private key",
        description="In OpenSSH or PEM format, from -----BEGIN to END-----, without passphrase; empty for a password.",
    )
    host_key: str = Field(
        "",
        title="Fingerprint of the server",
        description="As SHA256:…, which `ssh-keygen -lf` shows on the server. Leave it empty and press Test to see "
        "what the server shows; compare it, and enter it here. Without it nothing is sent.",
    )
    folder: Folder = Field("", title="Folder", description="Where copies go; empty for where the sign-in leads.")

    @field_validator("host_key")
    @classmethod
    def _is_fingerprint(cls, value: str) -> str:
        value = value.strip().rstrip("=")
        if value and not _FINGERPRINT.fullmatch(value):
            raise ValueError("give the fingerprint as SHA256: and 43 characters, as ssh-keygen -lf shows it")
        return value
