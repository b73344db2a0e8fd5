"""What else a configuration's file holds: files, other forms of secrets, what is asked for; and the copy of before."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.access import services as access
from core.access.roles import keep_roles_in_step
from core.cameras.models import Camera
from core.configuration import configuration
from core.hookspecs.configuration import ConfigurationFiles, ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.pluginhost import host
from core.pluginhost.switches import Switches
from core.system import keyring
from core.system.models import AuditRow, PluginSettings, Site
from core.system.transfer import envelope, safety
from core.system.transfer.archive import LARGEST, ArchiveError
from core.system.transfer.restoring import Outcome, backup, optional_parts, restore
from core.talk.models import Announcement
from core.tasks.queue import queue
from core.trust.keys import make_key
from core.trust.store import TrustStore

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "correct horse"  # noqa: S105  # of files that a test makes


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What deriving a key costs is not what is tested."""
    monkeypatch.setitem(envelope._SCRYPT, "n", 2)


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of this test alone; the keys and the queue stay those of the run."""
    keyring.keyring()
    queue()
    monkeypatch.setattr(configuration(), "data", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def admin() -> None:
    keep_roles_in_step()
    access.ensure_administrator("rig-rig-rig-1")


def taken(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(change.kind, change.part.removeprefix("core."), change.name) for change in outcome.changes]


def made(**options: Any) -> bytes:
    return backup(PASSPHRASE, actor="ada", **options)


def again(data: bytes, passphrase: str = PASSPHRASE, *, dry_run: bool = False) -> Outcome:
    return restore(data, passphrase, dry_run=dry_run, actor="ada")


def test_secrets_come_back_in_the_form_they_had(admin: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On another machine: the same secrets, sealed by its own key."""
    ring = keyring.keyring()
    Camera.objects.create(name="gate", driver="rtsp", settings={"password": {"$sealed": ring.encrypt("sesame")}})
    PluginSettings.objects.create(plugin="x", data={"bare": ring.encrypt("token"), "like": "deadbeef:" + "A" * 60})
    data = made()
    other = keyring.Keyring(tmp_path / "secrets.key")
    monkeypatch.setattr("core.system.transfer.rows.keyring", lambda: other)
    again(data)
    assert other.decrypt(Camera.objects.get().settings["password"]["$sealed"]) == "sesame"
    settings = PluginSettings.objects.get().data
    assert other.decrypt(settings["bare"]) == "token"
    assert settings["like"] == "deadbeef:" + "A" * 60


def test_bytes_come_back(admin: None) -> None:
    Announcement.objects.create(name="closing", sound=b"fLaC\x00\xff", length_ms=5, created_ms=7)
    data = made()
    Announcement.objects.update(sound=b"other")
    outcome = again(data)
    assert taken(outcome) == [("changed", "announcements", "closing")]
    assert outcome.changes[0].fields["sound"] == ("5 bytes", "6 bytes")
    assert bytes(Announcement.objects.get().sound) == b"fLaC\x00\xff"


def test_keys_and_switches_are_files_of_it(admin: None, own_data: Path, tmp_path: Path) -> None:
    acme, other = make_key(tmp_path / "acme", "Acme"), make_key(tmp_path / "other", "Other")
    TrustStore(own_data).add("acme", acme.line)
    Switches(own_data).disable("motion")
    data = made()
    TrustStore(own_data).remove("acme")
    TrustStore(own_data).add("other", other.line)
    Switches(own_data).enable("motion")
    wanted = {("added", "trust", "acme.pub"), ("removed", "trust", "other.pub"), ("changed", "plugins", "plugins.json")}
    assert set(taken(again(data, dry_run=True))) == wanted
    assert set(TrustStore(own_data).keys()) == {"other"}
    assert set(taken(again(data))) == wanted
    assert TrustStore(own_data).keys() == {"acme": acme}
    assert Switches(own_data).disabled() == ["motion"]
    assert taken(again(data)) == []


def test_keys_are_in_no_file_that_everybody_reads(admin: None, own_data: Path, tmp_path: Path) -> None:
    TrustStore(own_data).add("acme", make_key(tmp_path / "acme", "Acme").line)
    data = backup(actor="ada")
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["manifest.json", "configuration.json"]
    TrustStore(own_data).remove("acme")
    assert taken(again(data, "")) == []


def test_files_that_cannot_be_taken_change_nothing(admin: None, register_temporarily: Any) -> None:
    Site.objects.create(pk=1, name="Mill")
    found = {"a.txt": b"hello"}

    def check(files: Any) -> None:
        if files["a.txt"] == b"hello":
            raise ValueError("it says hello.")

    spec = ConfigurationFiles("notes", "Notes", lambda: found, found.update, check)
    register_temporarily(SimpleNamespace(register_configuration_files=hookimpl(lambda: [spec])), "tea")
    data = made()
    Site.objects.update(name="Barn")
    with pytest.raises(ArchiveError, match="Notes cannot be restored: it says hello"):
        again(data)
    assert Site.objects.get().name == "Barn"


@pytest.fixture
def shy(register_temporarily: Any) -> Iterator[None]:
    """The announcements as a part that is left out unless it is asked for."""
    entry = host().registry.entry(ConfigurationPart, "core.announcements")
    spec = replace(entry.spec, optional="Voices are personal.")
    register_temporarily(SimpleNamespace(register_configuration=hookimpl(lambda: [spec])), "shy")
    Announcement.objects.create(name="closing", sound=b"x", length_ms=5, created_ms=7)
    yield


def test_what_is_optional_is_kept_only_where_it_is_asked_for(admin: None, shy: None) -> None:
    assert "shy.announcements" in [entry.key for entry in optional_parts()]
    without, whole = made(), made(include=["shy.announcements"])
    assert len(without) < len(whole)
    Announcement.objects.update(length_ms=6)
    assert ("changed", "shy.announcements", "closing") not in taken(again(without, dry_run=True))
    assert ("changed", "shy.announcements", "closing") in taken(again(whole, dry_run=True))


def test_what_was_before_is_kept_and_can_be_restored(admin: None, own_data: Path) -> None:
    Site.objects.create(pk=1, name="Mill")
    Camera.objects.create(name="gate", driver="rtsp", settings={"p": {"$sealed": keyring.keyring().encrypt("sesame")}})
    data = made()
    Site.objects.update(name="Barn")
    assert again(data, dry_run=True).kept == ""
    outcome = again(data)
    file = own_data / "configuration" / outcome.kept
    assert file.stat().st_mode & 0o777 == 0o600
    assert AuditRow.objects.get(action="configuration.restore").detail["after"]["before"] == outcome.kept
    assert b"gate" not in file.read_bytes()
    assert taken(again(file.read_bytes(), "")) == [("changed", "site", "Mill")]
    assert Site.objects.get().name == "Barn"
    assert keyring.keyring().decrypt(Camera.objects.get().settings["p"]["$sealed"]) == "sesame"


def test_only_the_newest_copies_of_before_are_kept(own_data: Path) -> None:
    for number in range(safety.KEPT + 3):
        safety.keep(b"x", number * 1000)
    assert len(list(safety.folder().iterdir())) == safety.KEPT
    assert safety.kept()[-1] == ("before-19700101T000003.000Z.eyrie", 3000)
    assert safety.read("before-19700101T000003.000Z.eyrie") == b"x"
    for name in ("before-19700101T000002.000Z.eyrie", "../secrets.key"):
        with pytest.raises(ArchiveError, match="No copy"):
            safety.read(name)


def test_nothing_is_restored_when_what_was_before_cannot_be_kept(admin: None, own_data: Path) -> None:
    Site.objects.create(pk=1, name="Mill")
    data = made()
    Site.objects.update(name="Barn")
    own_data.mkdir(exist_ok=True)
    (own_data / "configuration").write_text("in the way")
    with pytest.raises(ArchiveError, match="nothing was changed"):
        again(data)
    assert Site.objects.get().name == "Barn"


def zipped(parts: Any, **others: bytes) -> bytes:
    content = json.dumps(parts).encode()
    manifest = {"format": "eyrie-configuration", "version": 2, "sha256": hashlib.sha256(content).hexdigest()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        members = {"manifest.json": json.dumps(manifest).encode(), "configuration.json": content, **others}
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def test_columns_that_nobody_here_knows_are_told_and_left_out(admin: None) -> None:
    rows = [{"id": 5, "name": "Epiphany", "month": 1, "day": 6, "year": 0, "church": "yes"}]
    outcome = again(zipped({"core.holidays": {"version": 1, "rows": rows}}), "")
    assert outcome.unknown == ["core.holidays.church"]
    assert taken(outcome) == [("added", "holidays", "Epiphany")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"x" * (LARGEST + 1), id="large"),
        pytest.param(zipped({}, bomb=bytes(LARGEST + 1)), id="bomb"),
        pytest.param(zipped({}, **{f"f{number}": b"" for number in range(300)}), id="many"),
        pytest.param(zipped([]), id="list"),
        pytest.param(zipped({"core.site": {"version": 1, "rows": [{"id": 1}, {"id": 1}]}}), id="twice"),
        pytest.param(zipped({"core.site": {"version": 1, "rows": [{"id": 1, "name": {"$bytes": 3}}]}}), id="bytes"),
        pytest.param(zipped({"core.site": {"version": 1, "rows": [{"id": 1, "name": {"$secret": 3}}]}}), id="secret"),
        pytest.param(base64.b64decode("UEsDBAoAAAAAAA=="), id="torn"),
    ],
)
def test_what_no_eyrie_writes_is_one_sentence(data: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        again(data)
    assert str(caught.value).endswith(".")


MADE = """
import django
django.setup()
from django.core.management import call_command
from core.access import roles, services
from core.system.models import Site
for alias in ("default", "index"):
    call_command("migrate", database=alias, verbosity=0)
roles.keep_roles_in_step()
services.ensure_administrator("rig-rig-rig-1")
Site.objects.create(pk=1, name="Mill")
from core.system.transfer.restoring import backup
import sys
sys.stdout.buffer.write(backup("correct horse", actor="ada"))
Site.objects.update(name="Barn")
"""
KILLED = """
import os, signal, sys
import django
django.setup()
from core.system.transfer import restoring
def killed(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)
restoring.audit.record = killed  # all is written, nothing committed
restoring.restore(sys.stdin.buffer.read(), "correct horse", dry_run=False, actor="ada")
"""
TOLD = """
import django
django.setup()
from core.system.models import Site
print(Site.objects.get().name)
"""


@pytest.mark.slow
def test_a_restore_that_is_killed_has_changed_nothing(tmp_path: Path) -> None:
    """Processes and a database of their own; SIGKILL comes when all is written and nothing committed."""
    environ = {**os.environ, "EYRIE_DATA": str(tmp_path / "own"), "DJANGO_SETTINGS_MODULE": "core.settings"}
    environ.pop("EYRIE_DATABASE_URL", None)

    def python(code: str, given: bytes = b"") -> tuple[int, bytes]:
        done = subprocess.run(
            [sys.executable, "-c", code], input=given, stdout=subprocess.PIPE, env=environ, check=False
        )
        return done.returncode, done.stdout

    made, data = python(MADE)
    assert (made, python(KILLED, data)[0]) == (0, -signal.SIGKILL)
    assert python(TOLD)[1].strip() == b"Barn"
    assert list((tmp_path / "own" / "configuration").glob("before-*.eyrie"))
