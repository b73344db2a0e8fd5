"""Settings of one provider of single sign-on."""

from __future__ import annotations

import ipaddress
import re
import ssl
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic.config import JsonDict

MORE: JsonDict = {"advanced": True}
_CLAIM = re.compile(r"[^\s.]+(\.[^\s.]+)*")


class OidcSettings(BaseModel):
    """How to reach a provider, and what it calls things."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(
        title="Address of the provider",
        description="Its issuer, such as https://id.example.org/realms/company; what follows it is found by itself.",
        max_length=300,
    )
    client_id: str = Field(
        title="Client id",
        description="Of Eyrie at the provider. Enter there as redirect address: this site's address, then "
        "/api/v1/plugins/oidc/, the short name, /callback/.",
        min_length=1,
        max_length=300,
    )
    client_secret: SecretStr = Field(
        SecretStr(""), title="Client secret", description="As the provider shows it; empty for a public client."
    )
    groups_claim: str = Field(
        "groups",
        title="Claim with the groups",
        description="Such as groups, roles or realm_access.roles; empty when groups do not count.",
        max_length=100,
    )
    second_factor: list[str] = Field(
        default_factory=list,
        title="Counts as second factor",
        description="Values of amr or acr with which Eyrie asks for none of its own, such as mfa; empty for never.",
        max_length=20,
    )
    scopes: str = Field(
        "openid profile email",
        title="Scopes",
        description="What is asked for. Some providers tell groups only with a scope of their own.",
        max_length=300,
        json_schema_extra=MORE,
    )
    name_claim: str = Field(
        "preferred_username",
        title="Claim of the user name",
        description="Usually preferred_username; email where people sign in with that.",
        max_length=100,
        json_schema_extra=MORE,
    )
    ca: str = Field(
        "",
        title="Certificate authority",
        description="The PEM text of who signs the provider's certificate; empty for those that this computer trusts.",
        max_length=100_000,
        json_schema_extra={"format": "textarea", "advanced": True},
    )

    @field_validator("issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        value = value.strip().removesuffix("/.well-known/openid-configuration")
        parts = urlsplit(value)
        if not parts.hostname or parts.query or parts.fragment or parts.username or not is_safe(value):
            raise ValueError("give the provider's address, such as https://id.example.org; it must be https")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_for_openid(cls, value: str) -> str:
        scopes = value.split()
        return " ".join(dict.fromkeys(["openid", *scopes]))  # without it there is no ID token (OpenID Connect, 3.1.2.1)

    @field_validator("name_claim", "groups_claim")
    @classmethod
    def _is_a_claim(cls, value: str) -> str:
        if value.strip() and not _CLAIM.fullmatch(value.strip()):
            raise ValueError("is no claim; write it like groups, or realm_access.roles")
        return value.strip()

    @field_validator("ca")
    @classmethod
    def _is_pem(cls, value: str) -> str:
        if value.strip():
            try:
                ssl.create_default_context(cadata=value)
            except (ssl.SSLError, ValueError):
                raise ValueError("is no certificate: paste the PEM text, from BEGIN to END CERTIFICATE") from None
        return value.strip()


def is_safe(url: str) -> bool:
    """Whether what is said there stays between us: HTTPS, or this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
