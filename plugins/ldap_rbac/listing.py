"""All people of a directory with all their groups, by two searches in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ldap3 import Connection

from core.api import DirectoryError, DirectoryTrouble, Person
from plugins.ldap_rbac.connecting import connected
from plugins.ldap_rbac.groups import DEEPEST, MEMBER
from plugins.ldap_rbac.people import Entry, entry_of, person_of, wanted
from plugins.ldap_rbac.settings import NAME, LdapSettings
from plugins.ldap_rbac.words import same, words_of

PAGE = 500
SECONDS = 300.0
"""For a whole directory."""


def people(settings: LdapSettings) -> Iterator[Person]:
    """Everybody whom the filter for people finds, whatever they are called. Raises DirectoryError."""
    words = words_of(settings)
    with connected(settings, SECONDS) as connection:
        groups = Memberships(connection, settings)
        everybody = words.user_filter.replace(NAME, "*")
        for entry in paged(connection, settings.base, everybody, wanted(settings, words)):
            yield person_of(entry, settings, groups.of(entry))


def paged(connection: Connection, base: str, filter_text: str, attributes: list[str]) -> Iterator[Entry]:
    """A search in pages (RFC 2696), so that no limit of the server cuts it. Raises DirectoryError."""
    cookie = None
    while True:
        connection.search(base, filter_text, attributes=attributes, paged_size=PAGE, paged_cookie=cookie)
        said = connection.result["description"]
        if said != "success":  # half a list must not pass for a whole one
            raise DirectoryError(DirectoryTrouble.REFUSED, f"The directory does not list everything in {base}: {said}.")
        for found in connection.response:
            if found["type"] == "searchResEntry":
                yield entry_of(found)
        controls = connection.result.get("controls") or {}
        cookie = controls.get("1.2.840.113556.1.4.319", {}).get("value", {}).get("cookie")
        if not cookie:
            return


class Memberships:
    """Which groups hold whom, read once. Where entries say themselves what they are in (memberOf), groups are asked
    for that only: lists of members may be huge.
    """

    def __init__(self, connection: Connection, settings: LdapSettings) -> None:
        self._settings = settings
        self._name = words_of(settings).name
        self._by_entry = settings.flavour == "active_directory" or settings.groups_by == "memberof"
        self._outer: dict[str, set[str]] = defaultdict(set)
        self._by_uid: dict[str, set[str]] = defaultdict(set)
        if settings.groups_by == "none":
            return
        attributes = ["memberOf"] if self._by_entry else [*MEMBER, "memberUid"]
        base = settings.group_base or settings.base
        for group in paged(connection, base, words_of(settings).group_filter, attributes):
            self._note(group)

    def _note(self, group: Entry) -> None:
        here = same(group.dn)
        self._outer[here].update(map(same, group.texts("memberOf")) if self._by_entry else ())
        for attribute in MEMBER:
            for member in group.texts(attribute):
                self._outer[same(member)].add(here)
        for uid in group.texts("memberUid"):
            self._by_uid[uid].add(here)

    def of(self, person: Entry) -> frozenset[str]:
        """Ids of all groups of a person."""
        if self._settings.groups_by == "none":
            return frozenset()
        if self._by_entry:
            found = set(map(same, person.texts("memberOf")))
        else:
            found = self._outer.get(same(person.dn), set()) | self._by_uid.get(person.text(self._name), set())
        ring = set(found)
        for _ in range(DEEPEST if self._settings.nested else 0):
            ring = {outer for group in ring for outer in self._outer.get(group, ())} - found
            found |= ring
        return frozenset(found)
