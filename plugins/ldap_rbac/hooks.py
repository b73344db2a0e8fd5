"""What this plugin offers. ldap3 is loaded where a directory is asked: in web and worker, when that happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.api import DirectorySpec, PeopleGroup, Person, Refusal, Trial, hookimpl
from plugins.ldap_rbac.settings import LdapSettings


def _test(settings: LdapSettings, name: str) -> Trial:
    from plugins.ldap_rbac.trial import try_out

    return try_out(settings, name)


def _sign_in(settings: LdapSettings, name: str, password: str) -> Person | Refusal:
    from plugins.ldap_rbac.people import sign_in

    return sign_in(settings, name, password)


def _people(settings: LdapSettings) -> Iterator[Person]:
    from plugins.ldap_rbac.listing import people

    return people(settings)


def _groups(settings: LdapSettings, text: str) -> list[PeopleGroup]:
    from plugins.ldap_rbac.groups import groups_like

    return groups_like(settings, text)


@hookimpl
def register_directories() -> Iterable[DirectorySpec]:
    """OpenLDAP, Active Directory and their likes."""
    return [DirectorySpec("ldap", "LDAP or Active Directory", LdapSettings, _test, _sign_in, _people, _groups)]
