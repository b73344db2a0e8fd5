"""What is kept, and where copies go."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class AuditSettings(BaseModel):
    """Retention, and the places that the log is copied to as it grows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep_days: int = Field(
        730, ge=1, le=36500, title="Days to keep", description="Older entries are removed; the chain stays whole."
    )
    archive: bool = Field(
        False,
        title="Archive before removing",
        description="Write entries to a compressed file in the data directory (audit/archive) before they are removed.",
    )
    file: bool = Field(
        False, title="Copy to files", description="Append each entry as a line of JSON to audit/audit.jsonl."
    )
    file_mb: int = Field(50, ge=1, le=10_000, title="Size of a file", description="In MB; then a new one is begun.")
    file_count: int = Field(
        10, ge=1, le=1000, title="Files to keep", description="Of those that are full; the oldest is removed."
    )
    syslog_host: str = Field(
        "", title="Syslog server", description="Name or address of the server that gets each entry; empty for none."
    )
    syslog_port: int = Field(6514, ge=1, le=65535, title="Port", description="6514 with TLS, 601 or 514 without.")
    syslog_transport: Literal["tls", "tcp", "udp"] = Field(
        "tls",
        title="Transport",
        description="tls: encrypted, and the server is checked. tcp: readable on the way. udp: may be lost on the way.",
    )
    syslog_ca: str = Field(
        "",
        title="Certificate authority",
        description="PEM of who signed the server's certificate; empty for those that this machine trusts.",
        json_schema_extra={"format": "textarea"},
    )
    syslog_certificate: str = Field(
        "",
        title="Own certificate",
        description="PEM, for a server that asks for one.",
        json_schema_extra={"format": "textarea"},
    )
    syslog_key: SecretStr = Field(
        SecretStr(""), title="Key of it", description="PEM without a password, in one line or more; kept encrypted."
    )
    syslog_facility: int = Field(
        13, ge=0, le=23, title="Facility", description="Number of RFC 5424; 13 is for audit logs, 16 to 23 are local."
    )
    syslog_enterprise: int = Field(
        32473,
        ge=0,
        le=2**32 - 1,
        title="Enterprise number",
        description="Names the structured data. 32473 is the one for examples (RFC 5612); give your organisation's.",
    )

    @field_validator("syslog_host")
    @classmethod
    def _bare(cls, value: str) -> str:
        value = value.strip()
        if any(letter.isspace() or letter in "/@" for letter in value):
            raise ValueError("must be a name or an address alone, such as logs.example.com")
        return value
