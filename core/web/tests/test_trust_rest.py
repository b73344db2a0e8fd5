"""Trusted keys over REST and by command: compared before they are added, told of in the audit log."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from core.configuration import configuration
from core.health import trust as health
from core.hookspecs.ops import Level
from core.pluginhost import host
from core.system.models import AuditRow
from core.tasks.queue import queue
from core.trust.keys import PublicKey, make_key
from core.trust.package import Standing, Verdict

pytestmark = pytest.mark.django_db
TRUST = "/api/v1/system/trust/"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PublicKey:
    """A stranger's key, and a data directory of this test alone; the queue stays that of the run."""
    queue()
    monkeypatch.setattr(configuration(), "data", tmp_path / "data")
    return make_key(tmp_path / "acme", "Acme Ltd")


def test_a_key_is_looked_at_compared_and_trusted(key: PublicKey, person, client_of) -> None:
    admin = client_of(person("jo", "administrator"))
    body = {"name": "acme", "key": key.line}
    shown = {"name": "acme", "owner": "Acme Ltd", "fingerprint": key.fingerprint}
    assert admin.post(TRUST, body | {"dry_run": True}, format="json").json() == shown
    refused = admin.post(TRUST, body | {"fingerprint": "0" * 39}, format="json")
    assert (refused.status_code, list(refused.json())) == (400, ["fingerprint"])
    assert admin.get(TRUST).json() == {"policy": "warn", "results": [], "error": ""}
    added = admin.post(TRUST, body | {"fingerprint": key.fingerprint}, format="json")
    assert (added.status_code, added.json()) == (201, shown)
    assert admin.get(TRUST).json()["results"] == [shown]
    again = admin.post(TRUST, body | {"fingerprint": key.fingerprint}, format="json")
    assert "already" in again.json()["name"][0]
    assert admin.delete(f"{TRUST}acme/").status_code == 204
    assert admin.delete(f"{TRUST}acme/").status_code == 404
    told = AuditRow.objects.filter(target="trust:acme").order_by("pk")
    assert [row.action for row in told] == ["trust.add", "trust.remove"]
    assert told[0].detail["after"]["fingerprint"] == key.fingerprint


def test_what_is_no_key_is_refused_by_its_field(key: PublicKey, person, client_of) -> None:
    admin = client_of(person("jo", "administrator"))
    assert list(admin.post(TRUST, {"name": "x", "key": "hello"}, format="json").json()) == ["key"]
    body = {"name": "../x", "key": key.line, "fingerprint": key.fingerprint}
    assert list(admin.post(TRUST, body, format="json").json()) == ["name"]


def test_a_store_that_others_may_change_is_told_of(key: PublicKey, person, client_of) -> None:
    admin = client_of(person("jo", "administrator"))
    admin.post(TRUST, {"name": "acme", "key": key.line, "fingerprint": key.fingerprint}, format="json")
    (configuration().data / "trust" / "acme.pub").chmod(0o666)
    answer = admin.get(TRUST).json()
    assert (answer["results"], "others" in answer["error"]) == ([], True)


def test_only_who_may_decide_about_trust_changes_it(key: PublicKey, person, client_of) -> None:
    operator = client_of(person("op", "operator"))
    assert operator.post(TRUST, {"name": "acme", "key": key.line}, format="json").status_code == 403
    assert operator.delete(f"{TRUST}acme/").status_code == 403
    assert client_of().get(TRUST).status_code == 401


def test_the_command_asks_for_the_fingerprint(key: PublicKey, tmp_path: Path, capsys) -> None:
    file = str(tmp_path / "acme.pub")
    with pytest.raises(CommandError, match=f"fingerprint is {key.fingerprint}"):
        call_command("trust", "add", "acme", file, "--fingerprint", "0000")
    call_command("trust", "add", "acme", file, "--fingerprint", key.fingerprint)
    call_command("trust", "list")
    assert key.fingerprint in capsys.readouterr().out
    call_command("trust", "remove", "acme")
    with pytest.raises(CommandError, match="No trusted key"):
        call_command("trust", "remove", "acme")


def test_code_of_strangers_is_a_warning(register_temporarily) -> None:
    assert health.check().level is Level.OK
    with host().registered(SimpleNamespace(), "strange") as record:
        record.trust = Verdict(Standing.ALTERED, "hooks.py was altered.")
        found = health.check()
    assert found.level is Level.WARNING
    assert "strange is not trusted: hooks.py was altered." in found.summary


def test_plugins_are_shown_with_whose_code_they_are(person, client_of) -> None:
    plugins = client_of(person("jo", "administrator")).get("/api/v1/plugins/").json()["results"]
    assert {one["trust"] for one in plugins if one["state"] == "loaded" and one["origin"] == "plugins/"} == {"built-in"}
