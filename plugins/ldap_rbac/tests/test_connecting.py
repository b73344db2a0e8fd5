"""Servers that are away, hang, or are not who they should be."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from core.api import DirectoryError, DirectoryTrouble, Person, Trial
from core.testing.clock import FakeClock
from plugins.ldap_rbac import connecting
from plugins.ldap_rbac.connecting import DEAD_S, Servers
from plugins.ldap_rbac.people import sign_in
from plugins.ldap_rbac.settings import LdapSettings
from plugins.ldap_rbac.testing import Authority, Slapd, needs_slapd, silent, slapd
from plugins.ldap_rbac.tests.conftest import RIGHT
from plugins.ldap_rbac.trial import try_out

LONGEST_S = 20.0
"""What one of these may take on a busy machine; without its time-outs it would take for ever."""


def trouble(settings: LdapSettings) -> DirectoryError:
    with pytest.raises(DirectoryError) as found:
        sign_in(settings, "anna", RIGHT)
    return found.value


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test remembers the servers of another."""
    connecting.SERVERS._dead.clear()


@pytest.mark.parametrize("encryption", ["none", "starttls", "tls"])
@pytest.mark.parametrize("says", [b"", b"\x30"])
def test_a_server_that_hangs_holds_nobody_for_long(encryption: str, says: bytes) -> None:
    with silent(says) as port:
        settings = LdapSettings(
            servers=[f"127.0.0.1:{port}"],
            base="dc=x",
            encryption=encryption,
            answer_s=1,
            whole_s=2,  # type: ignore[arg-type]  # a literal, by parameter
        )
        begun = time.monotonic()
        found = trouble(settings)
    assert found.trouble is DirectoryTrouble.AWAY
    assert time.monotonic() - begun < LONGEST_S


def test_a_port_where_nobody_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    found = trouble(LdapSettings(servers=[f"127.0.0.1:{port}"], base="dc=x"))
    assert found.trouble is DirectoryTrouble.AWAY
    assert "does not answer" in str(found)


def test_a_name_without_an_address() -> None:
    assert "does not answer" in str(trouble(LdapSettings(servers=["nowhere.invalid"], base="dc=x")))


def test_the_next_server_is_asked_and_the_dead_one_remembered(served: Slapd) -> None:
    with silent() as port:
        dead, alive = f"127.0.0.1:{port}", f"127.0.0.1:{served.port}"
        settings = LdapSettings(**served.settings(servers=[dead, alive], answer_s=1))
        assert isinstance(sign_in(settings, "anna", RIGHT), Person)
        assert connecting.SERVERS.by_hope([dead, alive]) == [alive, dead]
    clock = FakeClock()
    memory = Servers(clock)
    memory.died(dead)
    assert memory.by_hope([dead, alive]) == [alive, dead]
    clock.advance(DEAD_S + 1)
    assert memory.by_hope([dead, alive]) == [dead, alive]


def test_a_server_that_ends_in_the_middle_of_everything() -> None:
    needs_slapd()
    with slapd() as running:
        running.person("anna", RIGHT)
        settings = LdapSettings(**running.settings(answer_s=1))
        assert isinstance(sign_in(settings, "anna", RIGHT), Person)
        running.stop()
        assert trouble(settings).trouble is DirectoryTrouble.AWAY


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_a_certificate_for_another_host(encryption: str) -> None:
    needs_slapd()
    with slapd(names=("ldap.example.org", "10.0.0.1")) as running:
        running.person("anna", RIGHT)
        for host in ("127.0.0.1", "localhost"):
            port = running.tls_port if encryption == "tls" else running.port
            found = trouble(LdapSettings(**running.settings(servers=[f"{host}:{port}"], encryption=encryption)))
            assert found.trouble is DirectoryTrouble.REFUSED
            assert f"is not for {host}" in str(found)


def test_a_certificate_that_has_expired() -> None:
    needs_slapd()
    with slapd(until=timedelta(hours=-1)) as running:
        assert "has expired" in str(trouble(LdapSettings(**running.settings())))


def test_another_authority_and_none_at_all(served: Slapd) -> None:
    for ca in (Authority().pem(), ""):
        found = trouble(LdapSettings(**served.settings(ca=ca)))
        assert "signed by nobody who is trusted" in str(found)


def outcome(trial: Trial) -> dict[str, bool]:
    return {step.what: step.ok for step in trial.steps}


def test_a_trial_tells_each_step(served: Slapd) -> None:
    trial = try_out(LdapSettings(**served.settings()), "anna")
    assert outcome(trial) == dict.fromkeys(("Name", "Connection", "Account", "Person", "Groups"), True)
    assert trial.person is not None
    told = " ".join(step.sentence for step in trial.steps)
    assert "Renew its certificate for localhost by 20" in told
    assert "They are in 3 groups: all, guards, staff." in told
    anybody = try_out(LdapSettings(**served.settings()), "")
    assert anybody.steps[-1].what == "People"
    assert anybody.steps[-1].ok


@pytest.mark.parametrize(
    ("other", "name", "what", "why"),
    [
        ({"servers": ["nowhere.invalid"]}, "", "Name", "has no address"),
        ({"ca": ""}, "", "Connection", "nobody who is trusted"),
        ({"bind_password": "no"}, "", "Search", "check the account to search with"),
        ({"base": "ou=nowhere,dc=example,dc=org"}, "", "Search", "is not there"),
        ({}, "nobody", "Person", "is called 'nobody'"),
        ({"name_attribute": "employeeNumber"}, "anna", "Person", "has no employeeNumber"),
        ({"user_filter": "(&(uid={name})(objectClass=device))"}, "", "People", "Nobody is found"),
    ],
)
def test_a_trial_says_what_is_wrong(served: Slapd, other: dict[str, object], name: str, what: str, why: str) -> None:
    last = try_out(LdapSettings(**served.settings(**other)), name).steps[-1]
    assert (last.what, last.ok) == (what, False)
    assert why in last.sentence
