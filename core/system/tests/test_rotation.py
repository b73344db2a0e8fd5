"""Keys that are replaced: every secret is readable at each moment, and with the new key in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import models

from core.system import rotation
from core.system.keyring import Keyring
from core.system.models import AuditRow, PluginSettings
from core.system.rotation import KEPT_MS, RotationError, forget_unused, lost, lost_sentence, rotate
from core.system.sealed import SealedField
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
START_MS = FakeClock().wall_ms()


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    found = Keyring(tmp_path / "secrets.key")
    monkeypatch.setattr(rotation, "keyring", lambda: found)
    return found


def stored(ring: Keyring, count: int = 3) -> None:
    """Secrets at several depths, beside what only looks like one."""
    for number in range(count):
        secret = {"$sealed": ring.encrypt(f"sesame {number}")}
        settings = {"url": "rtsp://a", "accounts": [{"password": secret}], "id": "0123abcd:" + "A" * 60}
        PluginSettings.objects.create(plugin=f"door-{number}", data=settings)
    PluginSettings.objects.create(
        plugin="email", data={"token": {"$sealed": ring.encrypt("post")}, "bare": ring.encrypt("x")}
    )


def readable(ring: Keyring, count: int = 3) -> list[str]:
    """Whose key each secret has now; each is what it was."""
    names = []
    for number, row in enumerate(PluginSettings.objects.filter(plugin__startswith="door").order_by("pk")):
        token = row.data["accounts"][0]["password"]["$sealed"]
        assert ring.decrypt(token) == f"sesame {number}"
        assert row.data["id"] == "0123abcd:" + "A" * 60
        names.append(token.partition(":")[0])
    assert len(names) == count
    data = PluginSettings.objects.get(plugin="email").data
    assert (ring.decrypt(data["token"]["$sealed"]), ring.decrypt(data["bare"])) == ("post", "x")
    return [*names, data["token"]["$sealed"][:8], data["bare"][:8]]


def test_everything_has_the_new_key(ring: Keyring) -> None:
    stored(ring)
    old, clock = ring.newest, FakeClock()
    done = rotate(clock, actor="ada")
    assert (done.key, done.resealed, done.resumed, done.unreadable, done.forgotten) == (ring.newest, 5, False, [], [])
    assert set(readable(ring)) == {done.key} != {old}
    assert ring.older == [old]
    row = AuditRow.objects.get(action="secrets.rotate")
    assert row.detail["after"] == {"key": done.key, "secrets": 5, "forgotten": []}


def test_a_replaced_key_is_kept_for_a_day(ring: Keyring) -> None:
    stored(ring)
    old, clock = ring.newest, FakeClock()
    rotate(clock, actor="ada")
    clock.advance(KEPT_MS / 1000 - 1)
    assert forget_unused(clock) == []
    clock.advance(2)
    assert forget_unused(clock) == [old]
    assert ring.older == [] and set(readable(ring)) == {ring.newest}


def test_a_key_that_something_still_uses_is_kept(ring: Keyring) -> None:
    stored(ring)
    old, clock = ring.newest, FakeClock()
    rotate(clock, actor="ada")
    late = Keyring(ring._path)._keys  # a process that had read the old key wrote with it after all
    assert old in late
    token = old + ":" + "A" * 60
    PluginSettings.objects.create(plugin="mqtt", data={"password": {"$sealed": token}})
    clock.advance(10 * KEPT_MS / 1000)
    assert forget_unused(clock) == []


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("survives", [0, 1, 3, 4])
def test_wherever_it_is_killed_all_is_readable_and_the_next_one_ends_it(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    stored(ring)
    encrypt, left = ring.encrypt, [survives]

    def dying(text: str) -> str:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return encrypt(text)

    old = ring.newest
    monkeypatch.setattr(ring, "encrypt", dying)
    with pytest.raises(Killed):
        rotate(FakeClock(), actor="ada")
    monkeypatch.setattr(ring, "encrypt", encrypt)
    new = ring.newest
    found = readable(ring)
    assert set(found) <= {old, new} and old in found
    done = rotate(FakeClock(), actor="ada")
    assert (done.key, done.resumed) == (new, True)
    assert set(readable(ring)) == {new}


def test_another_process_encrypts_with_the_new_key_at_once(ring: Keyring) -> None:
    other = Keyring(ring._path)
    before = other.newest
    rotate(FakeClock(), actor="ada")
    assert other.encrypt("x").partition(":")[0] == ring.newest != before


def test_an_altered_secret_is_named_and_stops_nothing(ring: Keyring) -> None:
    stored(ring)
    row = PluginSettings.objects.get(plugin="door-0")
    token = row.data["accounts"][0]["password"]["$sealed"]
    row.data["accounts"][0]["password"]["$sealed"] = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    row.save()
    done = rotate(FakeClock(), actor="ada")
    assert done.unreadable == ["plugin settings door-0"]
    assert done.resealed == 4


def test_a_lost_key_names_what_is_to_be_entered_again(ring: Keyring, tmp_path: Path, monkeypatch) -> None:
    stored(ring, 6)
    assert lost() == []
    monkeypatch.setattr(rotation, "keyring", lambda: Keyring(tmp_path / "other.key"))
    found = lost()
    assert found == [*(f"plugin settings door-{number}" for number in range(6)), "plugin settings email"]
    assert lost_sentence(found) == (
        "secrets.key lacks the key of stored secrets; put its backup back, or enter those anew of: "
        "plugin settings door-0, plugin settings door-1, plugin settings door-2, plugin settings door-3, "
        "plugin settings door-4 and 2 more."
    )


def test_two_do_not_rotate_at_once(ring: Keyring) -> None:
    with rotation._alone(), pytest.raises(RotationError, match="being changed already"):
        rotate(FakeClock(), actor="ada")


def test_keys_of_before_their_age_was_kept_are_read(tmp_path: Path) -> None:
    path = tmp_path / "secrets.key"
    token = Keyring(path).encrypt("x")
    path.write_text(path.read_text().rpartition(":")[0] + "\n")
    ring = Keyring(path)
    assert ring.made_ms(ring.newest) is None and ring.decrypt(token) == "x"
    ring.add_key(START_MS)
    assert ring.made_ms(ring.newest) == START_MS and ring.decrypt(token) == "x"


def test_the_newest_key_is_never_forgotten(ring: Keyring) -> None:
    token = ring.encrypt("x")
    ring.forget([ring.newest])
    assert ring.decrypt(token) == "x"


def test_plugins_columns_are_among_those_that_are_looked_at() -> None:
    found = {(column.model._meta.label, column.name) for column in rotation.columns()}
    assert {("cameras.Camera", "settings"), ("system.PluginSettings", "data")} <= found
    assert {("plugin_faces.Reference", "picture"), ("plugin_faces.Sighting", "vector")} <= found


def test_sealed_columns_are_plain_ones_to_migrations() -> None:
    assert SealedField(default=bytes).deconstruct()[1:] == ("django.db.models.BinaryField", [], {"default": bytes})
    assert isinstance(SealedField(), models.BinaryField)


def test_sealed_bytes_get_the_new_key(ring: Keyring) -> None:
    from django.apps import apps

    person = apps.get_model("plugin_faces", "Person").objects.create(
        name="Jo", consent_by="Jo", consent_from_ms=1, created_ms=1, changed_ms=1
    )
    picture = ring.encrypt_bytes(b"jpeg")
    row = apps.get_model("plugin_faces", "Reference").objects.create(
        person=person, picture=picture, vector=b"", model="m", source="file", made_ms=1
    )
    done = rotate(FakeClock(), actor="ada")
    row.refresh_from_db()
    assert done.resealed == 1 and bytes(row.picture).startswith(done.key.encode())
    assert ring.decrypt_bytes(bytes(row.picture)) == b"jpeg"
