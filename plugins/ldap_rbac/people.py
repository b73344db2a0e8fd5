"""Looking for one person, and whether a password is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ldap3 import BASE, SUBTREE, Connection

from core.api import Clock, DirectoryError, DirectoryTrouble, Person, Refusal, SystemClock
from plugins.ldap_rbac.connecting import bound, connected
from plugins.ldap_rbac.groups import groups_of
from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.words import Words, filled, same, words_of

DISABLED = 2
"""ADS_UF_ACCOUNTDISABLE of userAccountControl ([MS-ADTS] 2.2.16)."""
FOR_GOOD = "000001010000Z"
"""pwdAccountLockedTime of an account that an administrator locked (draft-behera-ldap-password-policy, 5.3.3)."""
NEVER = (0, 2**63 - 1)
EPOCH_1601_MS = -11_644_473_600_000
_CLOCK = SystemClock()
FOUND_FINE = ("success", "sizeLimitExceeded")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search found: its name, and the values of its attributes as bytes, by lower-case name."""

    dn: str
    values: dict[str, list[bytes]]

    def text(self, name: str) -> str:
        """The first value of an attribute; what is no text counts as none."""
        for value in self.values.get(name.lower(), ()):
            try:
                return value.decode()
            except UnicodeDecodeError:
                continue
        return ""

    def texts(self, name: str) -> list[str]:
        """All values of an attribute."""
        return [value.decode("utf-8", "replace") for value in self.values.get(name.lower(), ())]


def sign_in(settings: LdapSettings, name: str, password: str) -> Person | Refusal:
    """Who has this name and this password. The person's groups are read before their password is tried: afterwards the
    connection is theirs, and they may not be allowed to. Raises DirectoryError.
    """
    with connected(settings) as connection:
        entry = find(connection, settings, name)
        if entry is None:
            return Refusal.UNKNOWN
        person = person_of(entry, settings, groups_of(connection, settings, entry))
        if not bound(connection, entry.dn, password):
            return Refusal.WRONG
    return person


def find(connection: Connection, settings: LdapSettings, name: str) -> Entry | None:
    """The entry of somebody of this name. Raises DirectoryError when there are several."""
    words = words_of(settings)
    found = searched(connection, settings.base, filled(words.user_filter, name), wanted(settings, words), limit=2)
    if len(found) > 1:
        raise DirectoryError(
            DirectoryTrouble.REFUSED,
            f"Several people are called {name[:40]!r} there; make the filter for people exact.",
        )
    return found[0] if found else None


def wanted(settings: LdapSettings, words: Words) -> list[str]:
    """The attributes that are asked for, of people."""
    return [words.name, words.id, settings.mail_attribute, "givenName", "sn", "memberOf", *words.locks]


def searched(
    connection: Connection, base: str, filter_text: str, attributes: list[str], *, limit: int = 0, at_base: bool = False
) -> list[Entry]:
    """What a search finds. Raises DirectoryError when the directory refuses to search."""
    scope = BASE if at_base else SUBTREE
    connection.search(base, filter_text, search_scope=scope, attributes=attributes, size_limit=limit)
    said = connection.result["description"]
    if said == "noSuchObject":
        raise DirectoryError(
            DirectoryTrouble.REFUSED,
            f"{base} is not there, or the account to search with may not see it; check where people and groups are.",
        )
    if said == "referral":
        raise DirectoryError(
            DirectoryTrouble.REFUSED, f"For {base} it refers to another server; name that one instead."
        )
    if said not in FOUND_FINE:
        raise DirectoryError(DirectoryTrouble.REFUSED, f"The directory does not search in {base}: {said}.")
    return [entry_of(one) for one in connection.response if one["type"] == "searchResEntry"]


def entry_of(found: dict[str, Any]) -> Entry:
    """ldap3's answer as ours."""
    return Entry(found["dn"], {name.lower(): list(values) for name, values in found["raw_attributes"].items()})


def person_of(entry: Entry, settings: LdapSettings, groups: frozenset[str], clock: Clock = _CLOCK) -> Person:
    """The person whom an entry tells of."""
    words = words_of(settings)
    return Person(
        id=_identity(entry, words.id),
        name=entry.text(words.name),
        mail=entry.text(settings.mail_attribute),
        first_name=entry.text("givenName"),
        last_name=entry.text("sn"),
        groups=groups,
        enabled=_enabled(entry, clock),
    )


def _identity(entry: Entry, attribute: str) -> str:
    """What stays the same: text as it is, bytes (objectGUID) as hex; without it the name of the entry."""
    values = entry.values.get(attribute.lower())
    if not values:
        return f"dn:{same(entry.dn)}"[:255]
    return (entry.text(attribute) if attribute.lower() != "objectguid" else "")[:255] or values[0].hex()[:255]


def _enabled(entry: Entry, clock: Clock) -> bool:
    if _number(entry, "userAccountControl") & DISABLED or entry.text("pwdAccountLockedTime") == FOR_GOOD:
        return False
    expires = _number(entry, "accountExpires")  # steps of 100 ns since 1601
    return expires in NEVER or clock.wall_ms() < expires // 10_000 + EPOCH_1601_MS


def _number(entry: Entry, name: str) -> int:
    text = entry.text(name)
    return int(text) if text.lstrip("-").isdigit() else 0
