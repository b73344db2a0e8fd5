"""Signing in against a real slapd, and what stands in its entries."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.api import DirectoryError, DirectoryTrouble, Person, Refusal
from core.testing.clock import FakeClock
from core.testing.specs import check_descriptor
from plugins.ldap_rbac.groups import groups_like
from plugins.ldap_rbac.hooks import register_directories
from plugins.ldap_rbac.listing import people
from plugins.ldap_rbac.people import Entry, person_of, sign_in
from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.testing import GROUPS, PEOPLE, SUFFIX, Slapd, needs_slapd, slapd
from plugins.ldap_rbac.tests.conftest import RIGHT
from plugins.ldap_rbac.words import filled, same

WRONG = "wrong horse"
ALL_OF_ANNA = frozenset({f"cn=guards,{GROUPS}", f"cn=staff,{GROUPS}", f"cn=all,{GROUPS}"})


def test_the_descriptor() -> None:
    for spec in register_directories():
        check_descriptor(spec)


@pytest.mark.parametrize("encryption", ["starttls", "tls", "none"])
def test_the_right_password_opens_by_every_encryption(served: Slapd, encryption: str) -> None:
    port = served.tls_port if encryption == "tls" else served.port
    settings = LdapSettings(**served.settings(encryption=encryption, servers=[f"localhost:{port}"]))
    person = sign_in(settings, "ANNA", RIGHT)
    assert isinstance(person, Person)
    assert (person.name, person.mail, person.first_name, person.enabled) == ("anna", "anna@example.org", "Anna", True)
    assert person.groups == ALL_OF_ANNA
    assert len(person.id) == 36, "entryUUID"
    assert sign_in(settings, "anna", WRONG) is Refusal.WRONG


def test_letters_beyond_ascii(settings: LdapSettings) -> None:
    person = sign_in(settings, "bert", "Pässwörd ß €")
    assert isinstance(person, Person)
    assert f"cn=night,{GROUPS}" in person.groups, "a posixGroup lists names"
    assert sign_in(settings, "bert", "Password ss €") is Refusal.WRONG


@pytest.mark.parametrize(
    "name", ["*", "ann*", "anna)(uid=*", "*)(objectClass=*", "anna\\", "anna\0", "(", ")(", "|(uid=anna)", "änna" * 40]
)
def test_what_means_something_in_a_filter_means_nothing_in_a_name(settings: LdapSettings, name: str) -> None:
    assert sign_in(settings, name, RIGHT) is Refusal.UNKNOWN


def test_an_empty_password_is_never_asked_with(settings: LdapSettings) -> None:
    assert sign_in(settings, "anna", "") is Refusal.WRONG


@pytest.mark.parametrize("by", ["search", "memberof"])
def test_groups_in_groups_and_a_ring_of_them(served: Slapd, by: str) -> None:
    settings = LdapSettings(**served.settings(groups_by=by))
    person = sign_in(settings, "anna", RIGHT)
    assert isinstance(person, Person)
    assert person.groups == ALL_OF_ANNA
    listed = {one.name: one for one in people(settings)}
    assert listed["anna"] == person, "a sync sees what a sign-in sees"
    flat = LdapSettings(**served.settings(groups_by=by, nested=False))
    direct = sign_in(flat, "anna", RIGHT)
    assert isinstance(direct, Person)
    assert direct.groups == {f"cn=guards,{GROUPS}"}
    assert {one.name: one for one in people(flat)}["anna"] == direct


def test_without_groups(served: Slapd) -> None:
    settings = LdapSettings(**served.settings(groups_by="none"))
    person = sign_in(settings, "anna", RIGHT)
    assert isinstance(person, Person)
    assert person.groups == frozenset()
    assert all(not one.groups for one in people(settings))


def test_groups_to_choose_from(settings: LdapSettings) -> None:
    found = groups_like(settings, "a")
    assert [one.title for one in found] == ["all", "guards", "staff"]
    assert found[1].id == f"cn=guards,{GROUPS}"
    assert groups_like(settings, "*") == [], "a star is a star"


def test_a_filter_that_finds_several_people_lets_nobody_in(served: Slapd) -> None:
    settings = LdapSettings(**served.settings(user_filter="(|(uid={name})(sn=Muster))"))
    with pytest.raises(DirectoryError, match="Several people"):
        sign_in(settings, "anna", RIGHT)


def test_a_wrong_account_to_search_with(served: Slapd) -> None:
    settings = LdapSettings(**served.settings(bind_password=WRONG))
    with pytest.raises(DirectoryError, match="invalidCredentials") as found:
        sign_in(settings, "anna", RIGHT)
    assert found.value.trouble is DirectoryTrouble.REFUSED


def test_a_base_that_is_not_there(served: Slapd) -> None:
    settings = LdapSettings(**served.settings(base=f"ou=nowhere,{SUFFIX}"))
    with pytest.raises(DirectoryError, match="is not there"):
        sign_in(settings, "anna", RIGHT)


def test_a_referral_is_not_followed(served: Slapd) -> None:
    settings = LdapSettings(**served.settings(base="dc=elsewhere,dc=net"))
    with pytest.raises(DirectoryError, match=r"not there|another server"):
        sign_in(settings, "anna", RIGHT)
    served.add(
        f"dn: ou=branch,{PEOPLE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: branch\n"
        f"ref: ldap://127.0.0.1:1/ou=people,{SUFFIX}\n"
    )
    inside = LdapSettings(**served.settings(base=f"ou=branch,{PEOPLE}"))
    with pytest.raises(DirectoryError, match="another server"):
        sign_in(inside, "anna", RIGHT)
    assert isinstance(sign_in(LdapSettings(**served.settings()), "anna", RIGHT), Person), "one beside them is passed by"


def test_a_group_of_5000_and_attributes_of_bytes() -> None:
    needs_slapd()
    with slapd(bulk=_thousands(5000)) as running:
        settings = LdapSettings(**running.settings(id_attribute="jpegPhoto"))
        person = sign_in(settings, "user4999", RIGHT)
        assert isinstance(person, Person)
        assert person.groups == {f"cn=huge,{GROUPS}"}
        assert person.id == bytes([255, 0, 216, 254]).hex(), "what is no text is told as hex"
        found = list(people(settings))
        assert len(found) == 5000, "more than the server tells at once"
        assert all(one.groups == person.groups for one in found)


def _thousands(count: int) -> str:
    entries = [
        f"dn: uid=user{one},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: user{one}\ncn: User {one}\nsn: User\n"
        + (f"userPassword: {RIGHT}\njpegPhoto:: /wDY/g==\n" if one == count - 1 else "")
        for one in range(count)
    ]
    members = "".join(f"member: uid=user{one},{PEOPLE}\n" for one in range(count))
    return "\n".join([*entries, f"dn: cn=huge,{GROUPS}\nobjectClass: groupOfNames\ncn: huge\n{members}"])


def test_accounts_of_active_directory_that_are_off_or_over() -> None:
    """The entries are written here: no Active Directory was asked."""
    clock = FakeClock()  # 2026-01-01
    settings = LdapSettings(servers=["dc1"], base=SUFFIX, flavour="active_directory")

    def person(**values: bytes) -> Person:
        entry = Entry(f"CN=Anna,{SUFFIX}", {name.lower(): [value] for name, value in values.items()})
        return person_of(entry, settings, frozenset(), clock)

    guid = bytes(range(16))
    found = person(sAMAccountName=b"anna", objectGUID=guid, userAccountControl=b"512", accountExpires=b"0")
    assert (found.name, found.id, found.enabled) == ("anna", guid.hex(), True)
    assert not person(sAMAccountName=b"anna", userAccountControl=b"514").enabled
    assert person(accountExpires=b"9223372036854775807").enabled
    assert not person(accountExpires=b"133170048000000000").enabled, "2023-01-01"
    assert person(accountExpires=b"157469184000000000").enabled, "2100"
    assert person(sAMAccountName=b"anna").id == f"dn:cn=anna,{SUFFIX}"


def test_names_are_compared_as_directories_do() -> None:
    assert same("CN=Guards, OU=Groups,DC=Example,DC=org") == same("cn=guards,ou=groups,dc=example,dc=org")
    assert same("cn=Anna\\2C Weiß,dc=x") == same("CN=anna\\, weiß,DC=X")
    assert same("cn=Wei\\c3\\9f,dc=x") == same("cn=weiß,dc=x")
    assert same("cn=a\\,ou=b,dc=x") != same("cn=a,ou=b,dc=x")
    assert same("cn=a+sn=b,dc=x") != same("cn=a,dc=x")
    assert filled("(uid={name})", "a*(b)\\\0") == "(uid=a\\2a\\28b\\29\\5c\\00)"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("servers", ["ldap://ldap.example.org"], "without ldap://"),
        ("servers", ["host:70000"], "is no server"),
        ("servers", [" "], "at least one"),
        ("ca", "not a certificate", "PEM"),
        ("base", "people", "distinguished name"),
        ("base", "", "say where people are"),
        ("user_filter", "(uid=anna)", "needs {name}"),
        ("user_filter", "(uid={name}", "is no filter"),
        ("name_attribute", "uid)(x", "attribute"),
        ("bind_password", "", "needs its password"),
        ("answer_s", 0, "greater than"),
        ("port", 389, "not permitted"),
    ],
)
def test_settings_that_cannot_be(field: str, value: object, why: str) -> None:
    good = {"servers": ["[::1]:636", "ldap1"], "base": SUFFIX, "bind_dn": "eyrie@example.org", "bind_password": "x"}
    LdapSettings.model_validate(good | {"group_base": "", "user_filter": "", "ca": ""})
    with pytest.raises(ValidationError, match=why):
        LdapSettings.model_validate(good | {field: value})
