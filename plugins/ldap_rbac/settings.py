"""Settings of one LDAP directory."""

from __future__ import annotations

import re
import ssl
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic.config import JsonDict

NAME = "{name}"
_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9.;-]*|")
MORE: JsonDict = {"advanced": True}


class LdapSettings(BaseModel):
    """How to reach a directory, and what it calls things. What is empty is as usual for the kind of server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flavour: Literal["openldap", "active_directory"] = Field(
        "openldap",
        title="Kind of server",
        description="Says what names, groups and locked accounts are called there; other servers are like OpenLDAP.",
    )
    servers: list[str] = Field(
        title="Servers",
        description="One a line, such as ldap1.example.org or ldap1.example.org:636. The first that answers is asked.",
        min_length=1,
        max_length=10,
    )
    encryption: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        title="Encryption",
        description="starttls on the usual port 389, tls (LDAPS) on 636. With none, passwords cross the net readably.",
    )
    ca: str = Field(
        "",
        title="Certificate authority",
        description="The PEM text of who signs the servers' certificates; empty for those that this computer trusts.",
        max_length=100_000,
        json_schema_extra={"format": "textarea"},
    )
    bind_dn: str = Field(
        "",
        title="Account to search with",
        description="Such as cn=eyrie,dc=example,dc=org, which may only read; empty to search without an account.",
    )
    bind_password: SecretStr = Field(SecretStr(""), title="Its password", description="Of the account to search with.")
    base: str = Field(title="Where people are", description="Such as ou=people,dc=example,dc=org, and all below it.")
    user_filter: str = Field(
        "",
        title="Filter for people",
        description="With {name} for what is typed in; empty: (&(objectClass=person)(uid={name})), or as Active "
        "Directory needs it. A narrower one keeps others out.",
    )
    group_base: str = Field(
        "", title="Where groups are", description="Such as ou=groups,dc=example,dc=org; empty: where people are."
    )
    groups_by: Literal["search", "memberof", "none"] = Field(
        "search",
        title="Groups of a person",
        description="search: groups that list them; memberof: as the person's entry says; none: groups do not count.",
        json_schema_extra=MORE,
    )
    nested: bool = Field(
        True,
        title="Groups in groups",
        description="Who is in a group that is in another one is in both.",
        json_schema_extra=MORE,
    )
    group_filter: str = Field(
        "",
        title="Filter for groups",
        description="Empty: groupOfNames, groupOfUniqueNames and posixGroup, or Active Directory's groups.",
        json_schema_extra=MORE,
    )
    name_attribute: str = Field(
        "",
        title="Attribute of the user name",
        description="Empty: uid, or sAMAccountName.",
        json_schema_extra=MORE,
    )
    id_attribute: str = Field(
        "",
        title="Attribute that never changes",
        description="Tells who is who after a rename. Empty: entryUUID, or objectGUID.",
        json_schema_extra=MORE,
    )
    mail_attribute: str = Field(
        "mail", title="Attribute of the mail address", description="Usually mail.", json_schema_extra=MORE
    )
    connect_s: int = Field(
        3, title="Seconds to connect", description="To each server.", ge=1, le=30, json_schema_extra=MORE
    )
    answer_s: int = Field(
        5, title="Seconds for an answer", description="To each question.", ge=1, le=60, json_schema_extra=MORE
    )
    whole_s: int = Field(
        10,
        title="Seconds for a sign-in",
        description="For everything together, on all servers.",
        ge=1,
        le=60,
        json_schema_extra=MORE,
    )

    @field_validator("servers")
    @classmethod
    def _are_servers(cls, values: list[str]) -> list[str]:
        found = [value.strip() for value in values if value.strip()]
        for one in found:
            if not _SERVER.fullmatch(one) or not 0 < port_of(one, 1) < 65536:
                raise ValueError(f"{one[:60]!r} is no server: give a host, or host:port, without ldap://")
        if not found:
            raise ValueError("name at least one server")
        return found

    @field_validator("ca")
    @classmethod
    def _is_pem(cls, value: str) -> str:
        if value.strip():
            try:
                ssl.create_default_context(cadata=value)
            except (ssl.SSLError, ValueError):
                raise ValueError("is no certificate: paste the PEM text, from BEGIN to END CERTIFICATE") from None
        return value.strip()

    @field_validator("base", "group_base", "bind_dn")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        from ldap3.core.exceptions import LDAPInvalidDnError
        from ldap3.utils.dn import parse_dn

        value = value.strip()
        if not value or ("@" in value and "=" not in value):
            return value  # Active Directory also takes account@domain to search with
        try:
            parse_dn(value)
        except LDAPInvalidDnError:
            raise ValueError("is no distinguished name; write it like ou=people,dc=example,dc=org") from None
        return value

    @field_validator("base")
    @classmethod
    def _is_there(cls, value: str) -> str:
        if "=" not in value:
            raise ValueError("say where people are, such as ou=people,dc=example,dc=org")
        return value

    @field_validator("user_filter", "group_filter")
    @classmethod
    def _is_a_filter(cls, value: str) -> str:
        from ldap3.core.exceptions import LDAPInvalidFilterError
        from ldap3.operation.search import parse_filter

        value = value.strip()
        try:
            if value:
                parse_filter(value.replace(NAME, "x"), None, False, None, None, None)
        except LDAPInvalidFilterError:
            raise ValueError("is no filter; write it like (&(objectClass=person)(uid={name}))") from None
        return value

    @field_validator("user_filter")
    @classmethod
    def _has_the_name(cls, value: str) -> str:
        if value and NAME not in value:
            raise ValueError("needs {name} where the name that is typed in belongs")
        return value

    @field_validator("name_attribute", "id_attribute", "mail_attribute")
    @classmethod
    def _is_an_attribute(cls, value: str) -> str:
        if not _ATTRIBUTE.fullmatch(value.strip()):
            raise ValueError("is no name of an attribute; it has letters, digits and hyphens")
        return value.strip()

    @model_validator(mode="after")
    def _account_has_its_password(self) -> LdapSettings:
        if self.bind_dn and not self.bind_password.get_secret_value():
            raise ValueError("The account to search with needs its password; servers take none for a guest.")
        return self


def port_of(server: str, usual: int) -> int:
    """The port of `host:port`."""
    tail = server.rpartition("]")[2] if server.startswith("[") else server
    _, colon, port = tail.partition(":")
    return int(port) if colon else usual


def host_of(server: str) -> str:
    """The host of `host:port`, without brackets."""
    if server.startswith("["):
        return server[1:].partition("]")[0]
    return server.partition(":")[0]
