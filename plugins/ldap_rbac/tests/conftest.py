"""One slapd for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.testing import GROUPS, Slapd, needs_slapd, slapd

RIGHT = "right horse"


@pytest.fixture(scope="session")
def served() -> Iterator[Slapd]:
    """With Anna in guards, which is in staff, which is in itself by way of all; Bert with odd letters; a posixGroup."""
    needs_slapd()
    with slapd() as running:
        anna = running.person("anna", RIGHT, "givenName: Anna")
        bert = running.person("bert", "Pässwörd ß €")
        guards = running.group("guards", anna)
        staff = running.group("staff", guards, bert)
        everybody = running.group("all", staff)
        running.modify(f"dn: {staff}\nchangetype: modify\nadd: member\nmember: {everybody}\n")
        running.add(f"dn: cn=night,{GROUPS}\nobjectClass: posixGroup\ncn: night\ngidNumber: 9\nmemberUid: bert\n")
        yield running


@pytest.fixture
def settings(served: Slapd) -> LdapSettings:
    return LdapSettings(**served.settings())
