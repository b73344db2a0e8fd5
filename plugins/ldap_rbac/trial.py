"""Trying a directory, step by step, in words that say what to do about the first thing that is wrong."""

from __future__ import annotations

import socket

from ldap3 import Connection

from core.api import DirectoryError, Person, Step, SystemClock, Trial
from plugins.ldap_rbac.connecting import certificate_of, close, cut_at, opened, sign_in_to_search, told
from plugins.ldap_rbac.groups import groups_of
from plugins.ldap_rbac.people import find, person_of, searched, wanted
from plugins.ldap_rbac.settings import NAME, LdapSettings, host_of
from plugins.ldap_rbac.words import first_value, words_of

DAY_MS = 86_400_000
SOON_DAYS = 30


def try_out(settings: LdapSettings, name: str) -> Trial:
    """Every server up to its encryption, then the search on the first that works; of `name`, the person and groups."""
    steps: list[Step] = []
    connection: Connection | None = None
    for server in settings.servers:
        found = _reached(settings, server, steps)
        if connection is None:
            connection = found
        elif found is not None:
            close(found)
    if connection is None:
        return Trial(tuple(steps))
    try:
        with cut_at(connection, settings.whole_s), told(settings):
            person = _searched(connection, settings, name.strip(), steps)
    except DirectoryError as error:
        steps.append(Step("Search", False, str(error)))
        person = None
    finally:
        close(connection)
    return Trial(tuple(steps), person)


def _reached(settings: LdapSettings, server: str, steps: list[Step]) -> Connection | None:
    try:
        found = sorted({one[4][0] for one in socket.getaddrinfo(host_of(server), None, type=socket.SOCK_STREAM)})
    except OSError as error:
        steps.append(
            Step("Name", False, f"The name {host_of(server)} has no address: {error.strerror}. Check its spelling.")
        )
        return None
    steps.append(Step("Name", True, f"The name {host_of(server)} has the address {', '.join(map(str, found))}."))
    try:
        connection = opened(settings, server, settings.whole_s)
    except DirectoryError as error:
        steps.append(Step("Connection", False, str(error)))
        return None
    steps.append(_encryption(server, connection))
    return connection


def _encryption(server: str, connection: Connection) -> Step:
    certificate = certificate_of(connection)
    if certificate is None:
        return Step("Connection", True, f"{server} answers, without encryption: passwords cross the net readably.")
    subject, until = certificate
    days = round((until.timestamp() * 1000 - SystemClock().wall_ms()) / DAY_MS)
    day = f"{until:%Y-%m-%d}"
    if days < SOON_DAYS:
        return Step("Connection", True, f"{server} answers, encrypted. Renew its certificate for {subject} by {day}.")
    return Step("Connection", True, f"{server} answers, encrypted. Its certificate is for {subject}, until {day}.")


def _searched(connection: Connection, settings: LdapSettings, name: str, steps: list[Step]) -> Person | None:
    sign_in_to_search(connection, settings)
    who = settings.bind_dn or "a guest"
    steps.append(Step("Account", True, f"The directory lets {who} in to search."))
    if not name:
        steps.append(_anybody(connection, settings))
        return None
    entry = find(connection, settings, name)
    if entry is None:
        steps.append(
            Step("Person", False, f"Nobody is called {name!r} there; check the name, the place and the filter.")
        )
        return None
    person = person_of(entry, settings, groups_of(connection, settings, entry))
    if not person.name:
        lacks = words_of(settings).name
        steps.append(Step("Person", False, f"{entry.dn} has no {lacks}, which is to be the user name; name another."))
        return None
    if not person.enabled:
        steps.append(
            Step("Person", False, f"The directory does not let {person.name} sign in; the entry is {entry.dn}.")
        )
        return None
    steps.append(Step("Person", True, f"The entry of {name} is {entry.dn}; the user name here is {person.name}."))
    steps.append(_groups(person))
    return person


def _anybody(connection: Connection, settings: LdapSettings) -> Step:
    words = words_of(settings)
    found = searched(connection, settings.base, words.user_filter.replace(NAME, "*"), wanted(settings, words), limit=1)
    if not found:
        where = settings.base
        return Step(
            "People", False, f"Nobody is found in {where}; check the place, the filter, and the account's rights."
        )
    return Step("People", True, f"People are found in {settings.base}, such as {found[0].text(words.name)}.")


def _groups(person: Person) -> Step:
    names = sorted(first_value(group) for group in person.groups)
    shown = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
    if not names:
        return Step("Groups", True, "They are in no group.")
    return Step("Groups", True, f"They are in {len(names)} groups: {shown}.")
