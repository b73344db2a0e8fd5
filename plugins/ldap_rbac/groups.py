"""Groups of one person, also those that hold them through other groups, and groups to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ldap3 import Connection

from core.api import PeopleGroup
from plugins.ldap_rbac.connecting import connected
from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.words import IN_CHAIN, escaped, first_value, same, words_of

if TYPE_CHECKING:
    from plugins.ldap_rbac.people import Entry

DEEPEST = 10
"""Groups within groups within groups …: nobody goes deeper on purpose."""
AT_ONCE = 50
SHOWN = 50
MEMBER = ("member", "uniqueMember")


def groups_of(connection: Connection, settings: LdapSettings, entry: Entry) -> frozenset[str]:
    """Ids of all groups of a person. Raises DirectoryError."""
    if settings.groups_by == "none":
        return frozenset()
    base = settings.group_base or settings.base
    if settings.flavour == "active_directory" and settings.nested:
        return frozenset(map(same, _holding(connection, settings, base, [f"(member:{IN_CHAIN}:={escaped(entry.dn)})"])))
    if settings.groups_by == "memberof":
        direct = entry.texts("memberOf")
    else:
        name = entry.text(words_of(settings).name)
        direct = _holding(connection, settings, base, [*_member(entry.dn), f"(memberUid={escaped(name)})"])
    return _with_outer(connection, settings, base, direct) if settings.nested else frozenset(map(same, direct))


def _with_outer(connection: Connection, settings: LdapSettings, base: str, direct: list[str]) -> frozenset[str]:
    """Groups and all that they are in, ring by ring; one that is in itself is met once."""
    found = {same(dn) for dn in direct}
    ring = direct
    for _ in range(DEEPEST):
        outer = []
        for start in range(0, len(ring), AT_ONCE):
            asked = [part for dn in ring[start : start + AT_ONCE] for part in _member(dn)]
            outer += _holding(connection, settings, base, asked)
        ring = [dn for dn in dict.fromkeys(outer) if same(dn) not in found]
        found |= {same(dn) for dn in ring}
        if not ring:
            break
    return frozenset(found)


def _member(dn: str) -> list[str]:
    return [f"({attribute}={escaped(dn)})" for attribute in MEMBER]


def _holding(connection: Connection, settings: LdapSettings, base: str, members: list[str]) -> list[str]:
    """Names of the groups that fit one of these conditions; no attribute of theirs, which may be huge ("1.1": RFC 4511,
    4.5.1.8).
    """
    from plugins.ldap_rbac.people import searched

    wanted = f"(&{words_of(settings).group_filter}(|{''.join(members)}))"
    return [entry.dn for entry in searched(connection, base, wanted, ["1.1"])]


def groups_like(settings: LdapSettings, text: str) -> list[PeopleGroup]:
    """Groups to choose from, by name. Raises DirectoryError."""
    from plugins.ldap_rbac.people import searched

    part = f"*{escaped(text)}*" if text else "*"
    with connected(settings) as connection:
        wanted = f"(&{words_of(settings).group_filter}(cn={part}))"
        found = searched(connection, settings.group_base or settings.base, wanted, ["cn", "description"], limit=SHOWN)
    groups = [PeopleGroup(same(one.dn), one.text("cn") or first_value(one.dn), one.dn) for one in found]
    return sorted(groups, key=lambda group: group.title.casefold())
