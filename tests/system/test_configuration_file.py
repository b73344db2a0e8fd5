"""The configuration as a file and back: what would change is told, then all of it is done or nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.access import services as access
from core.access.models import Grant, Role, User
from core.access.roles import keep_roles_in_step
from core.cameras.models import Camera, CameraGroup, Holiday, RecordingSchedule
from core.hookspecs.configuration import ConfigurationPart
from core.pluginhost import host
from core.rules.models import Rule
from core.system import keyring
from core.system.models import AuditRow, PluginSettings, Site
from core.system.transfer import envelope
from core.system.transfer.archive import ArchiveError
from core.system.transfer.restoring import Outcome, backup, restore
from core.walls.models import View

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "correct horse"  # noqa: S105  # of files that a test makes


def sealed(text: str) -> dict[str, str]:
    return {"$sealed": keyring.keyring().encrypt(text)}


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What deriving a key costs is not what is tested."""
    monkeypatch.setitem(envelope._SCRYPT, "n", 2)


@pytest.fixture
def house() -> Camera:
    """A small installation with something in each part."""
    keep_roles_in_step()
    access.ensure_administrator("rig-rig-rig-1")
    schedule = RecordingSchedule.objects.create(name="nights", week={"days": []})
    Holiday.objects.create(name="New Year", month=1, day=1)
    gate = Camera.objects.create(
        name="gate",
        driver="rtsp",
        settings={"url": "rtsp://10.0.0.5/", "account": {"password": sealed("open sesame")}},
        schedule=schedule,
        retention_days=7,
    )
    CameraGroup.objects.create(name="outside").cameras.set([gate])
    access.grant(access.add_user("jo", "a long enough password"), "viewer", gate.pk)
    View.objects.create(
        name="wall", owner=User.objects.get(username="jo"), arrangement={"tiles": [{"camera": gate.pk}]}
    )
    PluginSettings.objects.create(plugin="mail", data={"host": "mx", "token": sealed("geheim")})
    Site.objects.create(pk=1, name="Mill", time_zone="Europe/Zurich")
    Rule.objects.create(name="r", definition={"types": ["camera.offline"]}, created_ms=1)
    return gate


def taken(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(change.kind, change.part.removeprefix("core."), change.name) for change in outcome.changes]


def again(data: bytes, passphrase: str = PASSPHRASE, *, dry_run: bool = False) -> Outcome:
    return restore(data, passphrase, dry_run=dry_run, actor="ada")


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def repacked(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


def test_restoring_what_was_just_backed_up_changes_nothing(house: Camera) -> None:
    assert taken(again(backup(PASSPHRASE, actor="ada"))) == []


def test_everything_comes_back_after_everything_was_changed(house: Camera) -> None:
    data = backup(PASSPHRASE, actor="ada")
    revision = house.revision
    Camera.objects.filter(pk=house.pk).update(name="door", settings={"url": "rtsp://elsewhere/"}, retention_days=None)
    spare = Camera.objects.create(name="gate", driver="rtsp")  # has taken the name meanwhile
    CameraGroup.objects.get().cameras.clear()
    Holiday.objects.all().delete()
    access.remove_user(User.objects.get(username="jo"))
    Site.objects.update(name="Barn")
    Rule.objects.update(enabled=False)
    PluginSettings.objects.all().delete()
    outcome = again(data)
    assert set(taken(outcome)) == {
        ("changed", "cameras", "door"),
        ("removed", "cameras", "gate"),
        ("changed", "groups", "outside"),
        ("added", "holidays", "New Year"),
        ("added", "users", "jo"),
        ("added", "passwords", "jo"),
        ("added", "grants", f"jo viewer {house.pk}"),
        ("added", "views", "wall"),
        ("changed", "site", "Barn"),
        ("changed", "rules", "r"),
        ("added", "plugin_settings", "mail"),
    }
    camera = Camera.objects.get()
    assert (camera.pk, camera.name, camera.retention_days) == (house.pk, "gate", 7)
    assert camera.revision > revision
    assert keyring.keyring().decrypt(camera.settings["account"]["password"]["$sealed"]) == "open sesame"
    assert not Camera.objects.filter(pk=spare.pk).exists()
    assert User.objects.get(username="jo").check_password("a long enough password")
    assert View.objects.get().owner.username == "jo"
    assert Grant.objects.get(user__username="jo").camera_id == house.pk
    assert list(CameraGroup.objects.get().cameras.all()) == [camera]
    assert taken(again(data)) == []


def test_a_dry_run_tells_the_same_and_leaves_everything(house: Camera) -> None:
    data = backup(PASSPHRASE, actor="ada")
    Camera.objects.update(name="door", settings={"account": {"password": sealed("other")}})
    outcome = again(data, dry_run=True)
    assert taken(outcome) == [("changed", "cameras", "door")]
    fields = outcome.changes[0].fields
    assert fields["name"] == ("door", "gate")
    assert "sesame" not in str(fields)
    assert "other" not in str(fields)
    assert Camera.objects.get().name == "door"
    assert not AuditRow.objects.filter(action="configuration.restore").exists()
    assert taken(again(data)) == taken(outcome)
    assert AuditRow.objects.get(action="configuration.restore").detail["after"]["changed"] == 1


def test_names_that_were_swapped_are_swapped_back(house: Camera) -> None:
    other = Camera.objects.create(name="yard", driver="rtsp")
    data = backup(PASSPHRASE, actor="ada")
    Camera.objects.filter(pk=house.pk).update(name="x")
    Camera.objects.filter(pk=other.pk).update(name="gate")
    Camera.objects.filter(pk=house.pk).update(name="yard")
    again(data)
    assert list(Camera.objects.order_by("pk").values_list("name", flat=True)) == ["gate", "yard"]


def test_no_secret_is_readable_in_the_file(house: Camera) -> None:
    files = contents(backup(actor="ada"))
    assert set(files) == {"manifest.json", "configuration.json"}
    text = b"".join(files.values())
    assert b"gate" in text
    for secret in (b"sesame", b"geheim", b"argon2", b"md5$", User.objects.get(username="jo").password.encode()):
        assert secret not in text


def test_nothing_at_all_is_readable_in_a_locked_file(house: Camera) -> None:
    data = backup(PASSPHRASE, actor="ada")
    for word in (b"PK\x03\x04", b"gate", b"configuration", b"sesame"):
        assert word not in data


def test_secrets_that_were_left_out_stay_as_they_are_here(house: Camera) -> None:
    data = backup(actor="ada")
    Camera.objects.update(name="door")
    outcome = again(data, "")
    assert outcome.left_out == []
    camera = Camera.objects.get()
    assert keyring.keyring().decrypt(camera.settings["account"]["password"]["$sealed"]) == "open sesame"
    camera.delete()
    outcome = again(data, "")
    assert outcome.left_out == ["Cameras: gate"]
    assert keyring.keyring().decrypt(Camera.objects.get().settings["account"]["password"]["$sealed"]) == ""


def test_another_installation_reads_it_with_its_own_key(
    house: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = backup(PASSPHRASE, actor="ada")
    other = keyring.Keyring(tmp_path / "secrets.key")
    monkeypatch.setattr("core.system.transfer.rows.keyring", lambda: other)
    assert {change.part for change in again(data).changes} == {"core.cameras", "core.plugin_settings"}
    stored = Camera.objects.get().settings["account"]["password"]["$sealed"]
    assert other.decrypt(stored) == "open sesame"


@pytest.mark.parametrize("passphrase", ["", "wrong horse"])
def test_the_wrong_passphrase_is_refused(house: Camera, passphrase: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        again(backup(PASSPHRASE, actor="ada"), passphrase)
    assert caught.value.field == "passphrase"


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(ArchiveError, match="too short"):
        backup("1234567", actor="ada")


def altered(files: dict[str, bytes], name: str, change: Any) -> bytes:
    found = json.loads(files[name])
    change(found)
    return repacked({**files, name: json.dumps(found).encode()})


def test_an_altered_file_is_refused_and_changes_nothing(house: Camera) -> None:
    files = contents(backup(actor="ada"))
    forged = altered(files, "configuration.json", lambda parts: parts["core.site"]["rows"][0].update(name="Mine"))
    with pytest.raises(ArchiveError, match="altered"):
        again(forged, "")
    for passphrase in (PASSPHRASE, ""):
        data = backup(passphrase, actor="ada")
        with pytest.raises(ArchiveError):
            again(data[: len(data) // 2], passphrase)
        with pytest.raises(ArchiveError):
            again(data[:-1], passphrase)
    with pytest.raises(ArchiveError, match="no configuration"):
        again(b"")
    with pytest.raises(ArchiveError, match="no configuration"):
        again(repacked({"readme.txt": b"hello"}))
    assert Site.objects.get().name == "Mill"


def test_a_newer_file_is_refused(house: Camera) -> None:
    files = contents(backup(actor="ada"))
    with pytest.raises(ArchiveError, match="newer Eyrie"):
        again(altered(files, "manifest.json", lambda manifest: manifest.update(version=3)), "")


@contextmanager
def forged(files: dict[str, bytes], change: Any) -> Iterator[bytes]:
    """As somebody would who knows how the unlocked form is made."""
    import hashlib

    parts = json.loads(files["configuration.json"])
    change(parts)
    content = json.dumps(parts).encode()
    manifest = json.loads(files["manifest.json"]) | {"sha256": hashlib.sha256(content).hexdigest()}
    yield repacked({"manifest.json": json.dumps(manifest).encode(), "configuration.json": content})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts["core.cameras"].update(version=99), "newer Eyrie"),
        (lambda parts: parts["core.cameras"].update(rows="x"), "damaged"),
        (lambda parts: parts["core.cameras"].update(rows=[{"name": "x"}]), "damaged"),
        (lambda parts: parts["core.cameras"]["rows"][0].update(name=""), "'1' cannot be restored|cannot be restored"),
        (lambda parts: parts["core.cameras"]["rows"][0].update(schedule=4711), "Cameras.*cannot be restored"),
        (lambda parts: parts["core.grants"]["rows"][0].update(role="nobody"), "cannot be restored"),
        (
            lambda parts: parts["core.users"].update(rows=[]) or parts["core.grants"].update(rows=[]),
            "cannot be restored",
        ),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_does_not_fit_is_one_sentence_and_changes_nothing(
    house: Camera, change: Any, sentence: str, dry_run: bool
) -> None:
    before = backup(actor="ada")
    with forged(contents(before), change) as data, pytest.raises(ArchiveError, match=sentence):
        again(data, "", dry_run=dry_run)
    assert taken(again(before, "", dry_run=True)) == []


def test_what_nobody_here_knows_is_told_and_left_out(house: Camera) -> None:
    files = contents(backup(actor="ada"))
    with forged(files, lambda parts: parts.update({"tea.cups": {"version": 1, "rows": []}})) as data:
        assert again(data, "").unknown == ["tea.cups"]


def test_a_table_that_the_file_does_not_know_stays(house: Camera) -> None:
    files = contents(backup(actor="ada"))
    with forged(files, lambda parts: parts.pop("core.holidays")) as data:
        assert taken(again(data, "")) == []
    assert Holiday.objects.exists()


def test_a_table_of_one_row_that_was_not_made_yet_is_left_alone(house: Camera) -> None:
    Site.objects.all().delete()
    data = backup(actor="ada")
    Site.objects.create(pk=1, name="Mill")
    assert taken(again(data, "")) == []
    assert Site.objects.get().name == "Mill"


def test_roles_made_here_are_kept_and_the_built_in_ones_are_not_touched(house: Camera) -> None:
    Role.objects.create(name="night", title="Night", permissions=["camera.live"])
    data = backup(actor="ada")
    Role.objects.filter(name="night").delete()
    assert taken(again(data, "")) == [("added", "roles", "night")]


def test_every_part_names_fields_that_exist_and_what_it_builds_on() -> None:
    entries = host().registry.entries(ConfigurationPart)
    keys = {entry.key for entry in entries}
    assert {"core.cameras", "core.users", "core.rules", "core.views", "core.site"} <= keys
    for entry in entries:
        for name in (*entry.spec.fields, *entry.spec.secret, *entry.spec.by):
            assert entry.spec.model._meta.get_field(name)
        assert set(entry.spec.after) <= keys


def test_the_commands_write_tell_and_restore(house: Camera, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, secret = tmp_path / "all.zip", tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    call_command("configuration", "backup", str(file), "--passphrase-file", str(secret))
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="exists"):
        call_command("configuration", "backup", str(file), "--without-secrets")
    Camera.objects.update(name="door")
    call_command("configuration", "restore", str(file), "--dry-run", "--passphrase-file", str(secret))
    printed = capsys.readouterr().out
    assert "~ Cameras: door" in printed
    assert "name: 'door' -> 'gate'" in printed
    assert "nothing was changed" in printed
    assert Camera.objects.get().name == "door"
    call_command("configuration", "restore", str(file), "--passphrase-file", str(secret))
    assert Camera.objects.get().name == "gate"
    secret.write_text("wrong horse\n")
    with pytest.raises(CommandError, match="passphrase is wrong"):
        call_command("configuration", "restore", str(file), "--passphrase-file", str(secret))
