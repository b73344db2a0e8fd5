"""What kinds of servers call things, and how their names are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from plugins.ldap_rbac.settings import NAME, LdapSettings

_ESCAPES = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\.")
_SPECIAL = re.compile(r'[,+"\\<>;=]')
IN_CHAIN = "1.2.840.113556.1.4.1941"
"""LDAP_MATCHING_RULE_IN_CHAIN: Active Directory follows groups in groups by itself ([MS-ADTS] 3.1.1.3.4.4)."""


@dataclass(frozen=True, slots=True)
class Words:
    """Filters and attributes of a directory. locks: attributes that say whether somebody may sign in."""

    user_filter: str
    group_filter: str
    name: str
    id: str
    locks: tuple[str, ...]


_OPENLDAP = Words(
    "(&(objectClass=person)(uid={name}))",
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
    "uid",
    "entryUUID",
    ("pwdAccountLockedTime",),
)
_ACTIVE_DIRECTORY = Words(
    "(&(objectCategory=person)(objectClass=user)(|(sAMAccountName={name})(userPrincipalName={name})))",
    "(objectClass=group)",
    "sAMAccountName",
    "objectGUID",
    ("userAccountControl", "accountExpires"),
)


def words_of(settings: LdapSettings) -> Words:
    """The usual ones, where the settings do not say otherwise."""
    usual = _ACTIVE_DIRECTORY if settings.flavour == "active_directory" else _OPENLDAP
    return Words(
        settings.user_filter or usual.user_filter,
        settings.group_filter or usual.group_filter,
        settings.name_attribute or usual.name,
        settings.id_attribute or usual.id,
        usual.locks,
    )


def filled(template: str, name: str) -> str:
    """A filter for one name: whatever stands in it is taken as it is (RFC 4515, section 3)."""
    return template.replace(NAME, escaped(name))


def escaped(value: str) -> str:
    """A value as it may stand in a filter."""
    return str(escape_filter_chars(value))


def same(dn: str) -> str:
    """A distinguished name as it is compared: case, spaces and escapes do not count (RFC 4514; 4518, roughly)."""
    try:
        parts = parse_dn(dn, strip=True)
    except LDAPInvalidDnError:
        return dn.casefold()
    return "".join(f"{name.lower()}={_alike(value)}{mark}" for name, value, mark in parts)


def _alike(value: str) -> str:
    plain = " ".join(_ESCAPES.sub(_unescaped, value).split()).casefold()
    return _SPECIAL.sub(r"\\\g<0>", plain)


def _unescaped(found: re.Match[str]) -> str:
    """`\\2C` and `\\,` are both a comma; pairs are bytes of UTF-8."""
    text = found[0]
    return bytes.fromhex(text.replace("\\", "")).decode("utf-8", "replace") if len(text) > 2 else text[1]


def first_value(dn: str) -> str:
    """What a name begins with, for people: `guards` of `cn=guards,ou=groups`."""
    try:
        return str(parse_dn(dn)[0][1])
    except (LDAPInvalidDnError, IndexError):
        return dn
